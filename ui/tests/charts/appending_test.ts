import { deepEqual, equal } from "node:assert/strict";
import type { Numeric } from "../../src/data/types.ts";
import { appended } from "../../src/charts/appending.ts";
import { chartOf } from "./chart.ts";

const points = (id: string, steps: number[], values: Numeric[] = steps) => ({
  id,
  series: "loss",
  steps,
  values,
  timestamps: [],
  anew: false,
});
const shownNumbers = (values: Float64Array | undefined) =>
  Array.from(values ?? [], (value) => value === value ? value : null);

Deno.test("points go behind their line, and the other lines have none at their steps", () => {
  const chart = chartOf([0, 1], {
    a: { values: { last: [5, 6] } },
    b: { values: { last: [7, 8] } },
  });
  const grown = appended(chart, [points("a", [2, 3])], null)!;
  deepEqual([...grown.x], [0, 1, 2, 3]);
  deepEqual(shownNumbers(grown.lines[0]!.values.last), [5, 6, 2, 3]);
  deepEqual(shownNumbers(grown.lines[1]!.values.last), [7, 8, null, null]);
  equal(grown.head.kind, "union");
  deepEqual([grown.head.points, grown.head.rows, grown.head.domain], [4, 4, [0, 3]]);
  deepEqual([grown.lines[0]!.points, grown.lines[1]!.points], [4, 2]);
});

Deno.test("a line that is behind another gets its points between the steps that are there", () => {
  const chart = chartOf([0, 10, 20], {
    a: { values: { last: [1, NaN, NaN] } },
    b: { values: { last: [1, 2, 3] } },
  });
  const grown = appended(chart, [points("a", [5, 10])], null)!;
  deepEqual([...grown.x], [0, 5, 10, 20]);
  deepEqual(shownNumbers(grown.lines[0]!.values.last), [1, 5, 10, null]);
  deepEqual(shownNumbers(grown.lines[1]!.values.last), [1, null, 2, 3]);
});

Deno.test("what was read with the chart already is not appended again", () => {
  const chart = chartOf([0, 1, 2], { a: { values: { last: [5, 6, 7] } } });
  const grown = appended(chart, [points("a", [1, 2, 3])], null)!;
  deepEqual(shownNumbers(grown.lines[0]!.values.last), [5, 6, 7, 3]);
  equal(grown.head.points, 4);
});

Deno.test("in buckets a new point is its own least and greatest value, and what is drawn is not changed", () => {
  const chart = chartOf(
    [0, 1],
    { a: { values: { low: [1, 2], high: [3, 4], last: [2, 3] } } },
    "buckets",
  );
  const grown = appended(chart, [points("a", [2])], null)!;
  deepEqual(["low", "high", "last"].map((name) => grown.lines[0]!.values[name]![2]), [2, 2, 2]);
  deepEqual([...chart.x], [0, 1]);
});

Deno.test("what is not finite is marked and counted, and no later value is lost behind it", () => {
  const chart = chartOf([0], { a: { values: { last: [1] } } });
  const once = appended(chart, [points("a", [1, 2], ["NaN", "Infinity"])], null)!;
  const line = once.lines[0]!;
  deepEqual(line.marks, [[1, "NaN"], [2, "Infinity"]]);
  deepEqual([line.nonfinite.nan, line.nonfinite.posinf, line.finite, line.points], [1, 1, 1, 3]);
  deepEqual(shownNumbers(appended(once, [points("a", [2, 3])], null)!.lines[0]!.values.last), [
    1,
    null,
    null,
    3,
  ]);
});

Deno.test("points beyond the part that is zoomed into are passed over", () => {
  const chart = chartOf([0, 1], { a: { values: { last: [1, 2] } } });
  deepEqual([...appended(chart, [points("a", [2, 3])], 2)!.x], [0, 1, 2]);
});

Deno.test("a chart that lacks an experiment, or became too fine, is asked for anew", () => {
  const chart = chartOf([0], { a: { values: { last: [1] } } });
  equal(appended(chart, [points("other", [1])], null), null);
  equal(
    appended(chart, [points("a", Array.from({ length: 500 }, (_, step) => step + 1))], null),
    null,
  );
});

Deno.test("a chart in buckets goes on in such buckets, and fills the last one that it has", () => {
  const chart = chartOf(
    [5, 15, 25],
    { a: { values: { low: [1, 2, 3], high: [3, 4, 5], last: [2, 3, 4] } } },
    "buckets",
  );
  const once = appended(chart, [points("a", [26, 29, 31], [9, 4, 7])], null)!;
  const grown = appended(once, [points("a", [31, 34, 47], [8, 6, 0])], null)!;
  deepEqual([...grown.x], [5, 15, 25, 35, 45]);
  const [line] = grown.lines;
  deepEqual(
    ["low", "high", "last"].map((name) => [...line!.values[name]!]),
    [[1, 2, 3, 6, 0], [3, 4, 9, 7, 0], [2, 3, 4, 6, 0]],
  );
  equal(grown.head.points, chart.head.points + 5);
});
