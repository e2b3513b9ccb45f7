import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { nearestReading, readingsAt } from "../../src/charts/nearest.ts";
import { type Choices, pictureOf } from "../../src/charts/picture.ts";
import { chartOf, looksOf } from "./chart.ts";

const PLAIN: Choices = { xScale: "linear", yScale: "linear", smooth: 0, grouping: null };
const chart = chartOf([0, 10, 20, 30], {
  early: { values: { last: [1, 2, NaN, NaN] } },
  sparse: { values: { last: [5, NaN, NaN, 8] } },
  broken: { values: { last: [3, NaN, 3, 3] }, marks: [[10, "NaN"]] },
}, "union");
const picture = pictureOf(chart, looksOf("early", "sparse", "broken"), PLAIN);
const at = (x: number) => readingsAt(picture, x).map((r) => [r.line.key, r.x, r.value]);

Deno.test("all lines are read at the crosshair, the greatest value first", () => {
  deepStrictEqual(at(1), [["sparse", 0, 5], ["broken", 0, 3], ["early", 0, 1]]);
});

Deno.test("a line without a point there is read at its nearest one", () => {
  deepStrictEqual(at(19), [["sparse", 30, 8], ["broken", 20, 3]]);
});

Deno.test("a value that is no number, and a line that has ended, have no reading", () => {
  deepStrictEqual(at(11).map(([key]) => key), ["sparse", "early"]);
  deepStrictEqual(at(30).map(([key]) => key), ["sparse", "broken"]);
});

Deno.test("the nearest point is the one that is nearest to the pointer's height", () => {
  const found = nearestReading(readingsAt(picture, 0), 96, (value) => 100 - value);
  strictEqual(found!.line.key, "sparse");
  strictEqual(nearestReading([], 1, (value) => value), null);
});
