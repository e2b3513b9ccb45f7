import assert from "node:assert/strict";
import type { Evaluation } from "../../../src/data/types.ts";
import { betterOf, byVersion, lines } from "../../../src/views/evaluations/scores.ts";

function evaluation(version: string, rank: number, metrics: Evaluation["metrics"] = []) {
  return { id: `${rank}`, version, rank, metrics } as Evaluation;
}

Deno.test("evaluations stand by version, the newest version first", () => {
  const found = byVersion([
    evaluation("1.9.0", 3),
    evaluation("1.10.0", 2),
    evaluation("1.9.0", 1),
  ]);
  assert.deepEqual(
    found.map(([version, rows]) => [version, rows.map(({ rank }) => rank)]),
    [["1.10.0", [2]], ["1.9.0", [3, 1]]],
  );
});

Deno.test("metrics stand side by side by subset, those of none first, and lack nothing", () => {
  const found = lines([
    evaluation("1.0.0", 0, [
      { subset: "young", name: "f1", value: 0.5 },
      { subset: null, name: "f1", value: 0.75 },
    ]),
    evaluation("1.1.0", 1, [
      { subset: null, name: "auc", value: "NaN" },
      { subset: null, name: "f1", value: 1 },
    ]),
  ]);
  assert.deepEqual(found, [
    [null, [["f1", [0.75, 1]], ["auc", [null, "NaN"]]]],
    ["young", [["f1", [0.5, null]]]],
  ]);
});

Deno.test("less of what is false is better, and neither of a count", () => {
  assert.deepEqual(
    ["accuracy", "false_positives", "mean_squared_error", "example_count"].map(betterOf),
    [1, -1, -1, 0],
  );
});
