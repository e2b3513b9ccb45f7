import assert from "node:assert/strict";
import { patched } from "../../src/data/patching.ts";
import { EXPERIMENTS } from "../table/experiments.ts";

const ROW = {
  id: "b2",
  status: "FAILED",
  error: null,
  heartbeat: "2026-01-01T01:00:20Z",
  dropped: 3,
  values: 9,
  published: false,
};

Deno.test("what changed of an experiment is put in its place, and the rest stays as it is", () => {
  const after = patched(EXPERIMENTS, [ROW])!;
  assert.deepEqual(after.columns.values, [100, 9, 100]);
  assert.deepEqual(after.columns.dropped, [0, 3, 7]);
  assert.equal(after.columns.heartbeat[1], ROW.heartbeat);
  assert.equal(after.parameters, EXPERIMENTS.parameters);
  assert.deepEqual(EXPERIMENTS.columns.values, [100, 5, 100]);
});

Deno.test("an experiment that is new, or ended, has all of them asked for again", () => {
  assert.equal(patched(EXPERIMENTS, [{ ...ROW, id: "d4" }]), null);
  assert.equal(patched(EXPERIMENTS, [{ ...ROW, status: "SUCCEEDED" }]), null);
});
