import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { chosenOf, SIZES } from "../../src/charts/chosen.ts";

const chosen = (text: string) => chosenOf(new URLSearchParams(text));

Deno.test("an address without choices has the usual ones", () => {
  const { x, xScale, yScale, smooth, zoom, group, middle, spread, size } = chosen("");
  deepStrictEqual({ x, xScale, yScale, smooth, zoom, group, middle, spread, size }, {
    x: "step",
    xScale: "linear",
    yScale: "linear",
    smooth: 0,
    zoom: null,
    group: null,
    middle: "mean",
    spread: "range",
    size: SIZES.usual,
  });
});

Deno.test("what an address says is what is drawn", () => {
  const found = chosen(
    "x=metric:a/b&ylog=asinh&smooth=.6&from=1&to=2e3&band=ci&mean=median&shut=a&shut=b&yfix=l:0~1",
  );
  strictEqual(found.x, "metric:a/b");
  strictEqual(found.yScale, "asinh");
  strictEqual(found.smooth, 0.6);
  deepStrictEqual(found.zoom, [1, 2000]);
  deepStrictEqual([found.middle, found.spread], ["median", "ci"]);
  deepStrictEqual([...found.shut], ["a", "b"]);
  deepStrictEqual(found.fixed.get("l"), [0, 1]);
});

Deno.test("what makes no sense is passed over", () => {
  const found = chosen("x=metric:&ylog=square&smooth=7&from=3&to=2&size=1e9&band=x");
  deepStrictEqual([found.x, found.yScale, found.smooth, found.zoom, found.size, found.spread], [
    "step",
    "linear",
    0.99,
    null,
    SIZES.most,
    "range",
  ]);
});
