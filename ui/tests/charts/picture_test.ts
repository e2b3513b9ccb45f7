import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type Choices, pictureOf } from "../../src/charts/picture.ts";
import { chartOf, looksOf } from "./chart.ts";

const PLAIN: Choices = { xScale: "linear", yScale: "linear", smooth: 0, grouping: null };

Deno.test("a value that is no number breaks the line and is marked", () => {
  const chart = chartOf([0, 1, 2], {
    a: {
      values: { last: [1, NaN, 3] },
      marks: [[1, "NaN"]],
      nonfinite: { nan: 1, posinf: 0, neginf: 0 },
    },
  });
  const [line] = pictureOf(chart, looksOf("a"), PLAIN).lines;
  deepStrictEqual([line!.y, line!.marks, line!.undrawn], [
    [1, null, 3],
    [{ x: 1, kind: "NaN" }],
    1,
  ]);
});

Deno.test("a step that only another experiment has does not break the line", () => {
  const chart = chartOf([0, 1, 2, 3], {
    a: { values: { last: [1, NaN, NaN, 3] }, marks: [[2, "Infinity"]] },
    b: { values: { last: [NaN, 5, NaN, NaN] } },
  }, "union");
  const [a, b] = pictureOf(chart, looksOf("a", "b"), PLAIN).lines;
  deepStrictEqual(a!.y, [1, undefined, null, 3]);
  deepStrictEqual(b!.y, [undefined, 5, undefined, undefined]);
});

Deno.test("an experiment that is not selected is not drawn", () => {
  const chart = chartOf([0], { a: { values: { last: [1] } }, b: { values: { last: [2] } } });
  deepStrictEqual(pictureOf(chart, looksOf("b"), PLAIN).lines.map((line) => line.key), ["b"]);
});

Deno.test("a logarithmic axis at the side has no place for zero and less: they are marked and counted", () => {
  const chart = chartOf([0, 1, 2], { a: { values: { last: [0, -1, 2] } } });
  const [line] = pictureOf(chart, looksOf("a"), { ...PLAIN, yScale: "log" }).lines;
  deepStrictEqual(line!.y, [null, null, 2]);
  deepStrictEqual(line!.marks.map((mark) => mark.kind), ["≤ 0", "≤ 0"]);
  strictEqual(line!.undrawn, 2);
});

Deno.test("a band that reaches to zero on a logarithmic axis ends at the least value that is drawn", () => {
  const chart = chartOf(
    [0, 1],
    { a: { values: { low: [0, 1], high: [9, 9], last: [2, 3] } } },
    "buckets",
  );
  const [line] = pictureOf(chart, looksOf("a"), { ...PLAIN, yScale: "log" }).lines;
  deepStrictEqual([line!.low, line!.high], [[2, 1], [9, 9]]);
});

Deno.test("a logarithmic axis below leaves out the steps it has no place for, and says how many", () => {
  const chart = chartOf([0, 1, 2], { a: { values: { last: [7, 8, 9] } } });
  const picture = pictureOf(chart, looksOf("a"), { ...PLAIN, xScale: "log" });
  deepStrictEqual([picture.xs, picture.lines[0]!.y, picture.cut], [[1, 2], [8, 9], 1]);
});

Deno.test("behind a smoothed line stands what was smoothed", () => {
  const chart = chartOf([0, 1], { a: { values: { last: [0, 1] } } });
  const [line] = pictureOf(chart, looksOf("a"), { ...PLAIN, smooth: 0.5 }).lines;
  deepStrictEqual([line!.y, line!.raw], [[0, 2 / 3], [0, 1]]);
});
