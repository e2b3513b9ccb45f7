import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { confidence95, deviation, mean, median, quantile } from "../../src/charts/statistics.ts";

Deno.test("the middle of an even number of values lies between the two", () => {
  strictEqual(median([4, 1, 3, 2]), 2.5);
  strictEqual(median([9]), 9);
});

Deno.test("a quantile is found between two values", () => {
  deepStrictEqual([0, 0.25, 1].map((share) => quantile([0, 10, 20], share)), [0, 5, 20]);
});

Deno.test("the standard deviation is that of a sample", () => {
  strictEqual(deviation([2, 4]), Math.SQRT2);
  strictEqual(deviation([7]), 0);
});

Deno.test("the mean of the greatest numbers does not overflow", () => {
  strictEqual(mean([1e308, 1e308, 1e308, 1e308]), 1e308);
});

Deno.test("the reach of a confidence falls with the count, from Student's table to that of the normal curve", () => {
  strictEqual(confidence95(2), 12.706);
  for (
    const [count, table] of [[12, 2.201], [21, 2.086], [31, 2.0423], [61, 2.0003], [
      100_001,
      1.96,
    ]] as const
  ) {
    ok(Math.abs(confidence95(count) - table) < 5e-4, `${count}: ${confidence95(count)}`);
  }
});
