import assert from "node:assert/strict";
import { matches } from "../../src/design/matching.ts";

Deno.test("every word must be in one of the texts, whatever its case", () => {
  assert.ok(matches("WINE model", ["/examples/wine/model", null]));
  assert.ok(matches("forest wine", ["/examples/wine/model", "forest"]));
  assert.ok(!matches("wine digits", ["/examples/wine/model", "forest"]));
});

Deno.test("no word is in everything", () => {
  assert.ok(matches("", [null]));
  assert.ok(matches("  ", ["a"]));
});
