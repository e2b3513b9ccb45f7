import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { extentOf } from "../../src/charts/extent.ts";
import { type Choices, pictureOf } from "../../src/charts/picture.ts";
import { chartOf, looksOf } from "./chart.ts";

const PLAIN: Choices = { xScale: "linear", yScale: "linear", smooth: 0, grouping: null };
const picture = (values: number[]) =>
  pictureOf(
    chartOf(values.map((_, place) => place), { a: { values: { last: values } } }),
    looksOf("a"),
    PLAIN,
  );
const even = Array.from({ length: 100 }, (_, place) => place);

Deno.test("everything is within the span, with air around it", () => {
  const { span, beyond } = extentOf(picture([0, 1000, 1]), "linear", false);
  ok(span[0] < 0 && span[1] > 1000);
  strictEqual(beyond, 0);
});

Deno.test("an outlier is left out when that is chosen, and counted", () => {
  const { span, beyond } = extentOf(picture([...even, 1e6]), "linear", true);
  ok(span[1] < 200);
  strictEqual(beyond, 1);
});

Deno.test("a line without outliers is not cut", () => {
  deepStrictEqual(
    extentOf(picture(even), "linear", true),
    extentOf(picture(even), "linear", false),
  );
});

Deno.test("on a logarithmic axis powers of ten are no outliers", () => {
  strictEqual(extentOf(picture([1, 10, 100, 1000, 10_000]), "log", true).beyond, 0);
});

Deno.test("only the part that is looked at counts", () => {
  const { span } = extentOf(picture([100, 1, 2, 100]), "linear", false, [1, 2]);
  ok(span[0] > 0.9 && span[1] < 2.1);
});

Deno.test("one value, no value and the greatest there are have a span", () => {
  for (const values of [[5], [0, 0], [], [-Number.MAX_VALUE, Number.MAX_VALUE]]) {
    for (const scale of ["linear", "asinh"] as const) {
      const { span } = extentOf(picture(values), scale, true);
      ok(
        Number.isFinite(span[0]) && Number.isFinite(span[1]) && span[0] < span[1],
        `${values}: ${span}`,
      );
    }
  }
  const { span } = extentOf(picture([5]), "log", false);
  ok(span[0] > 0 && span[0] < 5 && span[1] > 5);
});
