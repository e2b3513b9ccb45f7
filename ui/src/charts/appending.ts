/** Putting what is logged behind a chart's lines, so that a chart that is followed is not asked for anew. */

import type { LivePoints } from "../data/types.ts";
import type { Chart, ChartLine } from "../data/wire.ts";
import { lowerBound } from "./cells.ts";

/**
 * Returns a chart with points of its experiments appended, over the same part of the axis.
 *
 * Where the chart is cut into buckets, so is what is appended: into such as it has.
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
  const bucketOf = bucketsOf(chart);
  const fresh = new Map<string, Fresh>();
  for (const points of news) {
    const after = lines.get(points.id)!.end ?? -Infinity;
    const own = fresh.get(points.id) ?? new Fresh();
    points.steps.forEach((step, place) => {
      const x = Number(step);
      if (x > after && x <= (to ?? Infinity)) {
        own.take(x, bucketOf(x), points.values[place] as number | Mark);
      }
    });
    fresh.set(points.id, own);
  }
  const added = [...new Set([...fresh.values()].flatMap((own) => own.places))]
    .filter((x) => chart.x[lowerBound(chart.x, x)] !== x).sort((a, b) => a - b);
  if (chart.x.length + added.length > MOST * head.width) return null;
  const x = joined(chart.x, added);
  const grown = chart.lines.map((line) =>
    extended(line, fresh.get(line.id) ?? NOTHING, chart.x, x)
  );
  const counted = [...fresh.values()];
  return {
    x,
    lines: grown,
    head: {
      ...head,
      // Where only one line goes on, the others have no point at its steps, and are not broken there.
      kind: head.kind === "raw" ? "union" : head.kind,
      points: head.points + counted.reduce((sum, own) => sum + own.count, 0),
      shown: head.shown + counted.reduce((sum, own) => sum + own.places.length, 0),
      domain: x.length ? [x[0]!, x[x.length - 1]!] : null,
      to: to ?? x.at(-1) ?? null,
      rows: x.length,
      runs: grown,
    },
  };
}

type Mark = "NaN" | "Infinity" | "-Infinity";

const MOST = 4; // rows for a pixel, before it pays to have them cut into buckets
const MOST_MARKS = 100; // as many as the server tells of
const COUNTED = { "NaN": "nan", "Infinity": "posinf", "-Infinity": "neginf" } as const;

/** What is appended to a line: at each place the least, the greatest and the last value. */
class Fresh {
  count = 0;
  end: number | null = null;
  readonly marks: [number, Mark][] = [];
  readonly #cells = new Map<number, { low: number; high: number; last: number }>();
  #marked = new Set<number>();

  take(x: number, place: number, value: number | Mark): void {
    this.count++;
    this.end = x;
    if (typeof value === "string") {
      this.marks.push([x, value]);
      this.#marked.add(place);
      return;
    }
    const cell = this.#cells.get(place) ?? { low: value, high: value, last: value };
    this.#cells.set(place, {
      low: Math.min(cell.low, value),
      high: Math.max(cell.high, value),
      last: value,
    });
  }

  /** Where something is, also what is no number. */
  get places(): number[] {
    return [...new Set([...this.#cells.keys(), ...this.#marked])];
  }

  /** Puts the values of a column to where they belong, together with what is there already. */
  into(name: string, x: Float64Array, column: Float64Array): void {
    for (const [at, cell] of this.#cells) {
      const place = lowerBound(x, at);
      const before = column[place]!;
      if (name === "last" || before !== before) column[place] = cell[name as keyof typeof cell];
      else column[place] = Math[name === "low" ? "min" : "max"](before, cell[name as "low"]);
    }
  }
}

const NOTHING = new Fresh();

/** Returns what tells the place of a new x: in buckets the middle of the one that it belongs to, else the x itself. */
function bucketsOf({ head, x }: Chart): (x: number) => number {
  const last = x[x.length - 1]!;
  const width = last - x[x.length - 2]!;
  const isEven = head.kind === "buckets" && width > 0 &&
    Math.abs(x[1]! - x[0]! - width) < width / 1000;
  return (at) => isEven ? last + Math.max(Math.round((at - last) / width), 0) * width : at;
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
  fresh: Fresh,
  before: Float64Array,
  x: Float64Array,
): ChartLine {
  const whole = before.length === 0 || x[before.length - 1] === before[before.length - 1];
  const columns = Object.entries(line.values).map(([name, values]) => {
    const grown = new Float64Array(x.length).fill(NaN, whole ? before.length : 0);
    if (whole) grown.set(values);
    else values.forEach((value, place) => grown[lowerBound(x, before[place]!)] = value);
    fresh.into(name, x, grown);
    return [name, grown] as const;
  });
  const nonfinite = { ...line.nonfinite };
  for (const [, kind] of fresh.marks) nonfinite[COUNTED[kind]]++;
  return {
    ...line,
    values: Object.fromEntries(columns),
    marks: [...line.marks, ...fresh.marks].slice(0, Math.max(MOST_MARKS, line.marks.length)),
    nonfinite,
    points: line.points + fresh.count,
    finite: line.finite + fresh.count - fresh.marks.length,
    end: fresh.end ?? line.end,
  };
}
