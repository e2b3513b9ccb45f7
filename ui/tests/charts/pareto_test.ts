import { deepStrictEqual } from "node:assert/strict";
import { paretoFront } from "../../src/charts/pareto.ts";

Deno.test("the front has what no other beats in both", () => {
  deepStrictEqual(paretoFront([[1, 5], [2, 2], [3, 3], [4, 1], [5, 1]], ["low", "low"]), [0, 1, 3]);
  deepStrictEqual(paretoFront([[1, 5], [2, 6], [3, 3]], ["low", "high"]), [0, 1]);
});

Deno.test("equals stand on the front together; who lacks a value does not", () => {
  deepStrictEqual(paretoFront([[1, 1], [1, 1], [null, 0], [0, null]], ["low", "low"]), [0, 1]);
});
