import assert from "node:assert/strict";
import { columnsOf } from "../../src/table/columns.ts";
import { nextOrder, ordered, orderOf } from "../../src/table/order.ts";
import { EXPERIMENTS } from "./experiments.ts";

const COLUMNS = columnsOf(EXPERIMENTS);
const by = (key: string, descending = false) =>
  ordered([0, 1, 2], COLUMNS.find((column) => column.key === key)!, descending);

Deno.test("numbers are ordered as numbers, also those that JSON has none for", () => {
  assert.deepEqual(by("p:lr"), [0, 1, 2]);
  assert.deepEqual(by("p:seed"), [1, 2, 0]);
  assert.deepEqual(by("m:train/loss:last"), [2, 0, 1]);
});

Deno.test("what has no value, or is no number, comes last both ways", () => {
  assert.deepEqual(by("m:valid/accuracy:last"), [0, 1, 2]);
  assert.deepEqual(by("m:valid/accuracy:last", true), [0, 1, 2]);
  assert.deepEqual(by("p:optimizer", true), [1, 0, 2]);
});

Deno.test("equal values keep their order", () => {
  assert.deepEqual(by("p:augment", true), [0, 2, 1]);
});

Deno.test("a column's title orders ascending, then descending, then no more", () => {
  assert.equal(nextOrder(null, "p:lr"), "p:lr");
  assert.equal(nextOrder(orderOf("p:lr"), "p:lr"), "-p:lr");
  assert.equal(nextOrder(orderOf("-p:lr"), "p:lr"), null);
  assert.equal(nextOrder(orderOf("-p:lr"), "status"), "status");
  assert.equal(nextOrder(null, "m:acc", true), "-m:acc");
  assert.equal(nextOrder(orderOf("-m:acc"), "m:acc", true), "m:acc");
  assert.equal(nextOrder(orderOf("m:acc"), "m:acc", true), null);
});
