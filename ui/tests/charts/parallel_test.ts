import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  labelsOn,
  numberAt,
  numberOn,
  parallelAxis,
  passes,
  positionOn,
} from "../../src/charts/parallel.ts";

const rate = parallelAxis("param:lr", "lr", [1e-4, 1e-2, null, NaN]);
const kind = parallelAxis("param:opt", "opt", ["sgd", "adam", null, "sgd"]);

Deno.test("learning rates get a logarithmic axis, names one of categories", () => {
  deepStrictEqual([rate.scale, rate.span], ["log", [1e-4, 1e-2]]);
  deepStrictEqual([kind.scale, kind.categories], ["category", ["adam", "sgd"]]);
  strictEqual(parallelAxis("a", "a", [1, 2]).scale, "linear");
  strictEqual(parallelAxis("a", "a", [true, false]).scale, "category");
});

Deno.test("a position and its number are each other's way back", () => {
  for (
    const axis of [rate, kind, parallelAxis("a", "a", [-5, 7]), parallelAxis("b", "b", [3, 3])]
  ) {
    for (const position of [0, 0.25, 1]) {
      ok(Math.abs(positionOn(axis, numberAt(axis, position)) - position) < 1e-9);
    }
  }
});

Deno.test("what is missing or not finite has no place", () => {
  deepStrictEqual([numberOn(rate, null), numberOn(rate, NaN), numberOn(kind, "gone")], [
    null,
    null,
    null,
  ]);
});

Deno.test("an experiment passes when it is within every brush, and not where it lacks the value", () => {
  const values: Record<string, number | string | null> = { "param:lr": 1e-3, "param:opt": "sgd" };
  const at = (row: typeof values, brushes: [string, [number, number]][]) =>
    passes([rate, kind], new Map(brushes), (axis) => row[axis.key] ?? null);
  ok(at(values, []));
  ok(at(values, [["param:lr", [1e-4, 1e-3]], ["param:opt", [0.5, 1.5]]]));
  ok(!at(values, [["param:lr", [2e-3, 1]]]));
  ok(!at({ ...values, "param:lr": null }, [["param:lr", [0, 1]]]));
});

Deno.test("labels stand within the axis", () => {
  deepStrictEqual(labelsOn(kind, 5), [{ at: 0.25, text: "adam" }, { at: 0.75, text: "sgd" }]);
  deepStrictEqual(labelsOn(rate, 5).map((label) => label.text), [
    "1e-4",
    "3e-4",
    "0.001",
    "0.003",
    "0.01",
  ]);
});
