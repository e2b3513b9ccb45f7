/** What a chart shows, made from the server's columns: lines that can be drawn, and marks for what cannot. */

import type { Chart, ChartLine } from "../data/wire.ts";
import { type Cell, type Cells, isDrawn, lowerBound } from "./cells.ts";
import { grouped, type Grouping } from "./grouping.ts";
import type { Line, Look, Mark } from "./line.ts";
import { smoothed } from "./smoothing.ts";

/** How an axis is divided. */
export type Scale = "linear" | "log" | "asinh";

/** A chart as it is drawn. */
export interface Picture {
  xs: number[];
  lines: Line[];
  /** How many x are left out, as a logarithmic axis has no place for them. */
  cut: number;
}

/** What is chosen for all charts. */
export interface Choices {
  xScale: "linear" | "log";
  yScale: Scale;
  /** How much of the past a smoothed line keeps, from 0 (nothing) to less than 1. */
  smooth: number;
  /** What the lines stand for; null for an experiment each. */
  grouping: Grouping | null;
}

/**
 * Makes a chart's picture.
 *
 * @param chart the server's answer.
 * @param looks the looks of the experiments by id; one that is not among them is not drawn.
 */
export function pictureOf(
  chart: Chart,
  looks: ReadonlyMap<string, Look>,
  choices: Choices,
): Picture {
  const from = choices.xScale === "log" ? lowerBound(chart.x, Number.MIN_VALUE) : 0;
  const xs = Array.from(chart.x.subarray(from));
  const singles = chart.lines.filter((line) => looks.has(line.id)).map((line) => ({
    ...looks.get(line.id)!,
    ...columnsOf(chart, line, xs, from),
    key: line.id,
  }));
  const lines = choices.grouping
    ? choices.grouping.groups.flatMap((group) => grouped(group, singles, choices.grouping!))
    : singles;
  return { xs, cut: from, lines: lines.map((line) => drawable(line, xs, choices)) };
}

function columnsOf(chart: Chart, line: ChartLine, xs: readonly number[], from: number) {
  const marks = line.marks.filter(([x]) => x >= (xs[0] ?? Infinity)).map(([x, kind]) => ({
    x,
    kind,
  }));
  const cells = (name: string): Cells | null => {
    const values = line.values[name];
    return values
      ? Array.from(values.subarray(from), (value) => value === value ? value : undefined)
      : null;
  };
  const y = cells("last") ?? [];
  for (const { x } of marks) {
    const place = Math.min(lowerBound(xs, x), xs.length - 1);
    if (!isDrawn(y[place])) y[place] = null;
  }
  if (chart.head.kind === "raw") {
    y.forEach((cell, place) => cell === undefined && (y[place] = null)); // all have a point at each x
  }
  const { nan, posinf, neginf } = line.nonfinite;
  return {
    y,
    raw: null,
    low: cells("low"),
    high: cells("high"),
    counts: null,
    marks,
    points: line.points,
    undrawn: nan + posinf + neginf,
  };
}

/** Smooths a line, and takes out what a logarithmic axis has no place for. */
function drawable(line: Line, xs: readonly number[], choices: Choices): Line {
  const raw = choices.smooth > 0 ? line.y : null;
  const whole = { ...line, raw, y: raw ? smoothed(raw, choices.smooth) : line.y };
  if (choices.yScale !== "log") return whole;
  const below: Mark[] = [];
  line.y.forEach((cell, place) => {
    if (isDrawn(cell) && cell <= 0) below.push({ x: xs[place]!, kind: "≤ 0" });
  });
  const least = leastAbove0(whole.y, whole.high ?? []);
  return {
    ...whole,
    y: whole.y.map(above0),
    raw: whole.raw && whole.raw.map(above0),
    // A band that reaches to zero goes on to the edge of what is drawn.
    low: whole.low && whole.low.map((cell) => isDrawn(cell) && cell <= 0 ? least : cell),
    high: whole.high && whole.high.map(above0),
    marks: [...whole.marks, ...below],
    undrawn: whole.undrawn + below.length,
  };
}

const above0 = (cell: Cell): Cell => isDrawn(cell) && cell <= 0 ? null : cell;

function leastAbove0(...columns: Cells[]): number {
  let least = Infinity;
  for (const cells of columns) {
    for (const cell of cells) if (isDrawn(cell) && cell > 0 && cell < least) least = cell;
  }
  return least;
}
