/** Putting what is logged behind a chart's lines, so that a chart that is followed is not asked for anew. */

import type { LivePoints } from "../data/types.ts";
import type { Chart, ChartLine } from "../data/wire.ts";
import { lowerBound } from "./cells.ts";

/**
 * Returns a chart with points of its experiments appended, over the same part of the axis.
 *
 * @param chart what is drawn, over steps.
 * @param news points of its series; those that it has already are passed over.
 * @param to where the part ends that is zoomed into.
 * @returns the chart; null where it has to be asked for anew: it lacks an experiment, or has become too fine to be drawn.
 */
export function appended(
  chart: Chart,
  news: readonly LivePoints[],
  to: number | null,
): Chart | null {
  const { head } = chart;
  const lines = new Map(chart.lines.map((line) => [line.id, line]));
  if (news.some(({ id }) => !lines.has(id))) return null;
  const fresh = new Map<string, Map<number, number | Mark>>();
  for (const points of news) {
    const after = lastOf(chart, lines.get(points.id)!);
    const own = fresh.get(points.id) ?? new Map<number, number | Mark>();
    points.steps.forEach((step, place) => {
      const x = Number(step);
      if (x > after && x <= (to ?? Infinity)) {
        own.set(x, points.values[place] as number | Mark);
      }
    });
    fresh.set(points.id, own);
  }
  const added = [...new Set([...fresh.values()].flatMap((own) => [...own.keys()]))]
    .filter((x) => chart.x[lowerBound(chart.x, x)] !== x).sort((a, b) => a - b);
  if (chart.x.length + added.length > MOST * head.width) return null;
  const x = joined(chart.x, added);
  const grown = chart.lines.map((line) => extended(line, fresh.get(line.id) ?? NONE, chart.x, x));
  const count = [...fresh.values()].reduce((sum, own) => sum + own.size, 0);
  return {
    x,
    lines: grown,
    head: {
      ...head,
      // Where only one line goes on, the others have no point at its steps, and are not broken there.
      kind: head.kind === "raw" ? "union" : head.kind,
      points: head.points + count,
      shown: head.shown + count,
      domain: x.length ? [x[0]!, x[x.length - 1]!] : null,
      to: to ?? x.at(-1) ?? null,
      rows: x.length,
      runs: grown,
    },
  };
}

type Mark = "NaN" | "Infinity" | "-Infinity";

const MOST = 4; // rows for a pixel, before it pays to have them cut into buckets
const NONE: ReadonlyMap<number, number | Mark> = new Map();
const MOST_MARKS = 100; // as many as the server tells of
const COUNTED = { "NaN": "nan", "Infinity": "posinf", "-Infinity": "neginf" } as const;

/** Returns where a line ends; before everything where it has no point. */
function lastOf({ x }: Chart, { values, marks }: ChartLine): number {
  const place = values.last?.findLastIndex((value) => value === value) ?? -1;
  return Math.max(place < 0 ? -Infinity : x[place]!, marks.at(-1)?.[0] ?? -Infinity);
}

/** Puts rising x among others, which rise too; mostly they lie behind them. */
function joined(before: Float64Array, added: readonly number[]): Float64Array {
  const x = new Float64Array(before.length + added.length);
  x.set(before);
  x.set(added, before.length);
  const isBehind = !before.length || !added.length || added[0]! > before[before.length - 1]!;
  return isBehind ? x : x.sort();
}

function extended(
  line: ChartLine,
  fresh: ReadonlyMap<number, number | Mark>,
  before: Float64Array,
  x: Float64Array,
): ChartLine {
  const whole = before.length === 0 || x[before.length - 1] === before[before.length - 1];
  const columns = Object.entries(line.values).map(([name, values]) => {
    const grown = new Float64Array(x.length).fill(NaN, whole ? before.length : 0);
    if (whole) grown.set(values);
    else values.forEach((value, place) => grown[lowerBound(x, before[place]!)] = value);
    for (const [at, value] of fresh) {
      if (typeof value === "number") grown[lowerBound(x, at)] = value;
    }
    return [name, grown] as const;
  });
  const marks = [...line.marks];
  const nonfinite = { ...line.nonfinite };
  for (const [x, value] of fresh) {
    if (typeof value !== "string") continue;
    if (marks.length < MOST_MARKS) marks.push([x, value]);
    nonfinite[COUNTED[value]]++;
  }
  const finite = [...fresh.values()].filter((value) => typeof value === "number").length;
  return {
    ...line,
    values: Object.fromEntries(columns),
    marks,
    nonfinite,
    points: line.points + fresh.size,
    finite: line.finite + finite,
  };
}
