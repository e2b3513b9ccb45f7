import { equal } from "node:assert/strict";
import { outcome } from "../../../src/views/datasets/outcome.ts";

const check = {
  path: "/shop/orders",
  rid: "ri.datasets.main.dataset.1",
  check: "key",
  on_error: "WARN" as const,
  expectation: "x > 1",
  passed: false,
  failing: 1200 as number | null,
  rows: 5000,
  seconds: 0.1,
  found: "",
  transform: "clean",
  seq: 3,
};

Deno.test("a check says how many rows are against it", () => {
  equal(outcome(check), "failed: 1,200 of 5,000 rows");
  equal(outcome({ ...check, passed: true, failing: 0 }), "passed");
});

Deno.test("what is about all rows together says what there is", () => {
  equal(
    outcome({ ...check, failing: null, found: "count() is 3, which fails" }),
    "count() is 3, which fails",
  );
});
