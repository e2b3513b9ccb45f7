import { match, ok, strictEqual } from "node:assert/strict";
import { axisOf } from "../../src/charts/axis.ts";
import { type Choices, pictureOf } from "../../src/charts/picture.ts";
import { escaped, svgOf, svgOfAll } from "../../src/charts/svg.ts";
import { spansOf } from "../../src/charts/view.ts";
import { chartOf, looksOf } from "./chart.ts";

const PLAIN: Choices = { xScale: "linear", yScale: "linear", smooth: 0, grouping: null };

function drawn(choices: Choices, values: Record<string, number[]>, label = "a"): string {
  const chart = chartOf([0, 1, 2], { a: { values, marks: [[1, "NaN"]] } }, "buckets");
  const looks = looksOf("a");
  looks.set("a", { ...looks.get("a")!, label });
  const picture = pictureOf(chart, looks, choices);
  const spans = spansOf(picture, choices.yScale, { zoom: null, fixed: null, clip: false });
  return svgOf(
    {
      title: "loss",
      picture,
      xScale: choices.xScale,
      yScale: choices.yScale,
      axis: axisOf("step", false),
      ...spans,
      strong: null,
    },
    400,
    200,
  );
}

Deno.test("a line, its band and the marks of what it lacks are drawn", () => {
  const svg = drawn(PLAIN, { low: [0, 1, 2], high: [2, 3, 4], last: [1, 2, 3] });
  strictEqual(svg.match(/<polyline/g)?.length, 1);
  strictEqual(svg.match(/<polygon/g)?.length, 1);
  match(svg, />×</);
});

Deno.test("a point alone is a dot", () => {
  strictEqual(drawn(PLAIN, { last: [1, NaN, 3] }).match(/<circle/g)?.length, 2);
});

Deno.test("no place is NaN, on any axis", () => {
  for (const yScale of ["linear", "log", "asinh"] as const) {
    for (const last of [[1, 1, 1], [-1.7e308, 0, 1.7e308], [1e-300, 1, 1e300]]) {
      ok(
        !/NaN|Infinity/.test(drawn({ ...PLAIN, yScale }, { last }).replaceAll("×", "")),
        `${yScale} ${last}`,
      );
    }
  }
});

Deno.test("a name is text, whatever it holds", () => {
  const svg = drawn(PLAIN, { last: [1, 2, 3] }, `</text><script>alert("1")</script>\u0000`);
  ok(!svg.includes("<script"));
  strictEqual(escaped(`<&">`), "&lt;&amp;&quot;&gt;");
});

Deno.test("several charts are one drawing, side by side", () => {
  const one = drawn(PLAIN, { last: [1, 2, 3] });
  const all = svgOfAll([one, one, one], 400, 2);
  strictEqual(all.match(/<svg /g)?.length, 4);
  match(all, /<svg x="400" y="0" /);
  match(all, /<svg x="0" y="\d+" /);
});
