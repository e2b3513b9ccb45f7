import { deepStrictEqual } from "node:assert/strict";
import { spansAsText, spansFromText } from "../../src/charts/spans.ts";

Deno.test("spans survive the address, whatever their names hold", () => {
  const spans = new Map<string, [number, number]>([["metric:a:b~c/loss", [-1.5, 2e-7]]]);
  deepStrictEqual(spansFromText(spansAsText(spans)), spans);
});

Deno.test("what is no span is passed over, and ends stand in their order", () => {
  deepStrictEqual(
    spansFromText(["x", "lr:a~b", "lr:1~Infinity", "ok:2~1"]),
    new Map([["ok", [1, 2]]]),
  );
});
