import { deepEqual } from "node:assert/strict";
import { partOf } from "../../../src/views/rows/window.ts";

Deno.test("what can be seen is drawn, with a little around it", () => {
  deepEqual(partOf(2800, 280, 28, 100000), { first: 94, end: 116 });
});

Deno.test("nothing is drawn that is not there", () => {
  deepEqual(partOf(0, 280, 28, 5), { first: 0, end: 5 });
  deepEqual(partOf(99999, 280, 28, 5), { first: 5, end: 5 });
  deepEqual(partOf(0, 280, 28, 0), { first: 0, end: 0 });
});
