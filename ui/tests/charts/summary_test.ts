/** What a chart comes to in a table. */

import { deepStrictEqual } from "node:assert";
import { pictureOf } from "../../src/charts/picture.ts";
import { rowsOf } from "../../src/charts/summary.ts";
import { chartOf } from "./chart.ts";

const LOOKS = new Map([["a", { label: "a", colour: "red", dash: [] }]]);

Deno.test("a table tells what was logged, however the line is smoothed and cut into buckets", () => {
  const last = [4, 3, 1];
  const chart = chartOf([0, 50, 99], {
    a: { points: 100, values: { last, low: [2, 2, 0.5], high: [5, 9, 1.5] } },
  }, "buckets");
  const rows = [0, 0.9].map((smooth) =>
    rowsOf(pictureOf(chart, LOOKS, { xScale: "linear", yScale: "linear", smooth, grouping: null }))
      .map(({ points, last, least, greatest }) => ({ points, last, least, greatest }))
  );
  deepStrictEqual(rows[0], [{ points: 100, last: 1, least: 0.5, greatest: 9 }]);
  deepStrictEqual(rows[1], rows[0]);
});
