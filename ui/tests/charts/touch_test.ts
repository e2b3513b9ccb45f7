import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { pinched } from "../../src/charts/touch.ts";

Deno.test("what was below two fingers is below them in the end", () => {
  deepStrictEqual(pinched({ began: 40, left: 0 }, { began: 60, left: 100 }, 100), [40, 60]);
  deepStrictEqual(pinched({ began: 25, left: 0 }, { began: 75, left: 100 }, 100), [25, 75]);
});

Deno.test("fingers that come closer show more than the whole", () => {
  deepStrictEqual(pinched({ began: 0, left: 25 }, { began: 100, left: 75 }, 100), [-50, 150]);
});

Deno.test("fingers that hardly move, or cross, choose nothing", () => {
  strictEqual(pinched({ began: 10, left: 10 }, { began: 90, left: 91 }, 100), null);
  strictEqual(pinched({ began: 10, left: 90 }, { began: 90, left: 10 }, 100), null);
  strictEqual(pinched({ began: 10, left: 0 }, { began: 10, left: 90 }, 100), null);
});
