import { deepStrictEqual, ok } from "node:assert/strict";
import { smoothed } from "../../src/charts/smoothing.ts";

Deno.test("a constant line stays what it is, from its first value on", () => {
  for (const value of smoothed([3, 3, 3, 3], 0.99)) ok(Math.abs((value as number) - 3) < 1e-12);
});

Deno.test("the second value is weighed with the first as if the past were only these two", () => {
  const [first, second] = smoothed([0, 1], 0.5) as number[];
  deepStrictEqual([first, second], [0, 2 / 3]);
});

Deno.test("what is missing stays missing, and the average goes on behind it", () => {
  deepStrictEqual(smoothed([1, null, undefined, 1], 0.9).map((v) => v && Math.round(v)), [
    1,
    null,
    undefined,
    1,
  ]);
});

Deno.test("nothing is smoothed without a weight", () => {
  deepStrictEqual(smoothed([5, -2, 7], 0), [5, -2, 7]);
});
