import { deepStrictEqual } from "node:assert/strict";
import { lonely, outlines, pieces } from "../../src/charts/geometry.ts";

Deno.test("a line breaks at what cannot be drawn, and goes on over what is not there", () => {
  deepStrictEqual(pieces([1, undefined, 2, null, 3]), [[0, 2], [4]]);
});

Deno.test("a point alone on its piece is found, as no line shows it", () => {
  deepStrictEqual(lonely([1, null, 2, 3, null, undefined, 4]), [0, 6]);
});

Deno.test("a band runs along its upper edge and back along the lower one", () => {
  deepStrictEqual(outlines([0, 1, undefined], [5, 6, undefined], (at, value) => [at, value]), [
    [[0, 5], [1, 6], [1, 1], [0, 0]],
  ]);
});
