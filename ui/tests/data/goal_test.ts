import assert from "node:assert/strict";
import { goalOf } from "../../src/data/goal.ts";

Deno.test("less is better where the name of a metric says so", () => {
  for (
    const name of ["loss", "valid_loss", "valLoss", "test/rmse", "mean_error", "time/epoch", "cost"]
  ) {
    assert.equal(goalOf(name), "least", name);
  }
  for (const name of ["accuracy", "f1", "auc", "lossless_ratio", "items"]) {
    assert.equal(goalOf(name), "greatest", name);
  }
});
