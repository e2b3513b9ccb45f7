import assert from "node:assert/strict";
import { columnsOf, shownColumns } from "../../src/table/columns.ts";
import { EXPERIMENTS } from "./experiments.ts";

const COLUMNS = columnsOf(EXPERIMENTS);
const named = (key: string) => COLUMNS.find((column) => column.key === key)!;

Deno.test("facts, every parameter and the last value of every metric are shown at first", () => {
  const shown = shownColumns(COLUMNS, []).map(({ key }) => key);
  assert.deepEqual(shown, [
    "status",
    "created",
    "lasting",
    "version",
    "p:lr",
    "p:optimizer",
    "p:seed",
    "p:augment",
    "m:valid/accuracy:last",
    "m:train/loss:last",
  ]);
});

Deno.test("the columns that are named are the other way round than usual", () => {
  const shown = shownColumns(COLUMNS, ["status", "m:train/loss:min"]).map(({ key }) => key);
  assert.ok(!shown.includes("status"));
  assert.ok(shown.includes("m:train/loss:min"));
});

Deno.test("the best of a loss is its least value, that of an accuracy its greatest", () => {
  assert.deepEqual(named("m:train/loss:best").values, [0.2, 1, 0.1]);
  assert.deepEqual(named("m:valid/accuracy:best").values, [0.95, null, 0.8]);
});

Deno.test("an experiment lasts until its end, or until its last sign of life", () => {
  assert.deepEqual(named("lasting").values, [60, 10, 30]);
});

Deno.test("a parameter is a number or a text by its type", () => {
  assert.equal(named("p:lr").kind, "number");
  assert.equal(named("p:seed").kind, "number");
  assert.equal(named("p:augment").kind, "text");
});

Deno.test("a column of numbers is as wide as the longest that it may show", () => {
  const wide = (last: readonly number[]) => {
    const metric = { ...EXPERIMENTS.metrics[0]!, name: "m", last: [...last] };
    const found = columnsOf({ ...EXPERIMENTS, metrics: [metric] });
    return found.find(({ key }) => key === "m:m:last")!.width;
  };
  assert.ok(wide([0.0019192, 0.5, 0.25]) > wide([1, 2, 3]));
  assert.ok(wide([-0.0019192, 0.5, 0.25]) > wide([0.0019192, 0.5, 0.25]));
  assert.ok(wide([123_456_789_012, 2, 3]) > wide([0.0019192, 0.5, 0.25]));
});
