import assert from "node:assert/strict";
import { columnsOf } from "../../src/table/columns.ts";
import { testOf } from "../../src/table/filter.ts";
import { EXPERIMENTS } from "./experiments.ts";

const COLUMNS = columnsOf(EXPERIMENTS);
const NAMES = EXPERIMENTS.columns.name as string[];
const found = (wanted: string) => [0, 1, 2].filter(testOf(wanted, COLUMNS, NAMES));

Deno.test("words are searched for in names, states, errors and parameters", () => {
  assert.deepEqual(found("Forest"), [0, 2]);
  assert.deepEqual(found("forest wide"), [2]);
  assert.deepEqual(found("failed"), [1]);
  assert.deepEqual(found("contains"), [1]);
  assert.deepEqual(found("adam"), [0]);
  assert.deepEqual(found(""), [0, 1, 2]);
});

Deno.test("parameters are compared with their types: 1e-3 is 0.001", () => {
  assert.deepEqual(found("lr=1e-3"), [0]);
  assert.deepEqual(found("lr<0.05"), [0, 1]);
  assert.deepEqual(found("lr>=0.01 lr<=0.1"), [1, 2]);
  assert.deepEqual(found("seed!=2"), [0, 2]);
  assert.deepEqual(found("augment=true"), [0, 2]);
});

Deno.test("a metric is compared by its last value, and called by its name or the end of it", () => {
  assert.deepEqual(found("train/loss<0.2"), [2]);
  assert.deepEqual(found("accuracy>0.5"), [0]); // NaN is neither more nor less
  assert.deepEqual(found("accuracy=NaN"), [2]);
});

Deno.test("a colon searches in one column", () => {
  assert.deepEqual(found("status:succ"), [0, 2]);
  assert.deepEqual(found("optimizer:SG"), [1]);
});

Deno.test("a comparison with what no column is called is a word", () => {
  assert.deepEqual(found("nothing<3"), []);
});
