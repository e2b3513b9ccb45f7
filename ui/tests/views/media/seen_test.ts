import { deepEqual } from "node:assert/strict";
import { parseSeen, seenAsText } from "../../../src/views/media/seen.ts";

Deno.test("one or two images of an address are read back as they were written, and no third", () => {
  const seen = [{ rank: 3, step: 0 }, { rank: 12, step: "9223372036854775807" }, {
    rank: 1,
    step: 1,
  }];
  deepEqual(parseSeen(seenAsText(seen)), seen.slice(0, 2));
});

Deno.test("what anyone may type is passed over", () => {
  deepEqual(parseSeen(["x@1", "<img>"]), []);
  deepEqual(parseSeen(["1@", "1@2.5"]), []);
  deepEqual(parseSeen([]), []);
});
