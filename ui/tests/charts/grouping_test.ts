import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { grouped } from "../../src/charts/grouping.ts";
import { type Choices, pictureOf } from "../../src/charts/picture.ts";
import { chartOf, looksOf } from "./chart.ts";

const PLAIN: Choices = { xScale: "linear", yScale: "linear", smooth: 0, grouping: null };
const GROUP = { key: "adam", label: "adam", colour: "#112233", dash: [], ids: ["a", "b", "c"] };
const lines = pictureOf(
  chartOf([0, 1, 2], {
    a: { values: { low: [0, 1, 2], high: [9, 1, 2], last: [1, 1, 2] } },
    b: { values: { low: [3, NaN, 2], high: [3, NaN, 2], last: [3, NaN, 2] } },
    c: { values: { low: [8, NaN, 2], high: [8, NaN, 2], last: [8, NaN, 2] } },
    other: { values: { low: [99, 99, 99], high: [99, 99, 99], last: [99, 99, 99] } },
  }, "buckets"),
  looksOf("a", "b", "c", "other"),
  PLAIN,
).lines;

Deno.test("a group's line is the mean or the median of those that have a value, which are counted", () => {
  const [mean] = grouped(GROUP, lines, { middle: "mean", spread: "std" });
  const [median] = grouped(GROUP, lines, { middle: "median", spread: "std" });
  deepStrictEqual([mean!.y, median!.y, mean!.counts], [[4, 1, 2], [3, 1, 2], [3, 1, 3]]);
});

Deno.test("a group's range also has what lies between the points that are shown", () => {
  const [line] = grouped(GROUP, lines, { middle: "mean", spread: "range" });
  deepStrictEqual([line!.low, line!.high], [[0, 1, 2], [9, 1, 2]]);
});

Deno.test("the bands differ by what they stand for", () => {
  const reach = (spread: "std" | "stderr" | "ci") => {
    const [line] = grouped(GROUP, lines, { middle: "mean", spread });
    return (line!.high![0] as number) - (line!.y[0] as number);
  };
  const std = Math.sqrt((9 + 1 + 16) / 2);
  strictEqual(reach("std").toFixed(9), std.toFixed(9));
  strictEqual(reach("stderr").toFixed(9), (std / Math.sqrt(3)).toFixed(9));
  strictEqual(reach("ci").toFixed(9), (4.3027 * std / Math.sqrt(3)).toFixed(9));
});

Deno.test("a group none of whose experiments is there has no line", () => {
  deepStrictEqual(
    grouped({ ...GROUP, ids: ["gone"] }, lines, { middle: "mean", spread: "std" }),
    [],
  );
});
