import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  durationLabel,
  momentLabel,
  tickLabel,
  ticksOf,
  timeTicks,
} from "../../src/charts/ticks.ts";

Deno.test("ticks are round numbers within the span", () => {
  deepStrictEqual(ticksOf([0.13, 1.02], "linear", 5), [0.2, 0.4, 0.6, 0.8, 1]);
  deepStrictEqual(ticksOf([-3, 3], "linear", 3), [-2, 0, 2]);
});

Deno.test("a small axis has two ticks at least, as one tells no scale", () => {
  deepStrictEqual(ticksOf([10.7, 18.3], "linear", 2), [12, 14, 16, 18]);
  for (let from = 0; from < 1; from += 0.037) {
    for (const wide of [1, 2.3, 4.9, 7.7]) {
      const count = ticksOf([from, from + wide], "linear", 2).length;
      ok(count >= 2 && count <= 6, `${from} ${wide}: ${count}`);
    }
  }
});

Deno.test("a logarithmic axis has powers of ten, and what lies between when there are few", () => {
  deepStrictEqual(ticksOf([1e-4, 1e2], "log", 4), [1e-4, 1e-2, 1, 1e2]);
  deepStrictEqual(ticksOf([0.9, 60], "log", 8), [1, 2, 3, 5, 10, 20, 30, 50]);
});

Deno.test("a logarithmic axis within one power of ten has ticks too", () => {
  ok(ticksOf([4.1, 4.9], "log", 4).length >= 2);
});

Deno.test("an axis for both signs has zero in its middle", () => {
  deepStrictEqual(ticksOf([-1e4, 1e4], "asinh", 6), [-1e4, -1e2, -1, 0, 1, 1e2, 1e4]);
});

Deno.test("there are ticks and labels at the ends of what numbers can be", () => {
  for (
    const span of [[1e300, 9e300], [-1.7e308, 1.7e308], [1e-300, 2e-300]] as [number, number][]
  ) {
    const ticks = ticksOf(span, "linear", 5);
    ok(ticks.length >= 2 && ticks.length < 12, `${span}: ${ticks}`);
    strictEqual(new Set(ticks.map(tickLabel)).size, ticks.length);
  }
});

Deno.test("times are divided as clocks do", () => {
  deepStrictEqual(timeTicks([0, 3600], 4), [0, 900, 1800, 2700, 3600]);
});

Deno.test("labels are short", () => {
  deepStrictEqual([0, 0.1 + 0.2, 1500, 2_500_000, 1e-7, 3e300, -0.002].map(tickLabel), [
    "0",
    "0.3",
    "1500",
    "2.5M",
    "1e-7",
    "3e300",
    "-0.002",
  ]);
  deepStrictEqual([0, 0.5, 90, 7200, 100_000].map(durationLabel), [
    "0",
    "0.5s",
    "1m 30s",
    "2h",
    "1d 3h",
  ]);
});

Deno.test("moments along an axis are told apart, whatever it spans", () => {
  const from = Date.UTC(2026, 10, 26, 14, 5) / 1000;
  for (const spanned of [0.4, 4, 40, 4000, 40_000, 400_000]) {
    const labels = timeTicks([from, from + spanned], 5).map((tick) => momentLabel(tick, spanned));
    ok(labels.length > 1);
    strictEqual(new Set(labels).size, labels.length, `${spanned}: ${labels}`);
  }
});
