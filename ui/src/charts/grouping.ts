/** Experiments with an equal parameter as one line: what is in the middle of them, and how far they spread. */

import { type Cells, isDrawn } from "./cells.ts";
import type { Line, Look } from "./line.ts";
import { confidence95, deviation, mean, median } from "./statistics.ts";

/** What a group's line is at each x. */
export type Middle = "mean" | "median";
/** What its band is: least to greatest, a standard deviation, a standard error, or the mean's 95 % confidence. */
export type Spread = "range" | "std" | "stderr" | "ci";

/** What a band is, in the words of the controls and of the notes below a chart; the first is meant when none is chosen, as it keeps spikes. */
export const SPREADS: Record<Spread, string> = {
  range: "min–max",
  std: "± std",
  stderr: "± std error",
  ci: "95 % CI",
};

/** Experiments that are drawn as one line. */
export interface Group extends Look {
  key: string;
  ids: readonly string[];
}

/** What the lines of a chart stand for. */
export interface Grouping {
  groups: readonly Group[];
  middle: Middle;
  spread: Spread;
}

/**
 * Makes the line of a group.
 *
 * @param lines those of single experiments, all over the same x.
 * @returns one line, or none when no experiment of the group is among them.
 */
export function grouped(
  group: Group,
  lines: readonly Line[],
  how: Omit<Grouping, "groups">,
): Line[] {
  const members = lines.filter((line) => group.ids.includes(line.key));
  if (!members.length) return [];
  const length = members[0]!.y.length;
  const y: Cells = Array(length);
  const low: Cells = Array(length);
  const high: Cells = Array(length);
  const counts: number[] = Array(length);
  for (let place = 0; place < length; place++) {
    const here = members.filter((line) => isDrawn(line.y[place]));
    counts[place] = here.length;
    if (!here.length) continue;
    const values = here.map((line) => line.y[place] as number);
    y[place] = how.middle === "mean" ? mean(values) : median(values);
    [low[place], high[place]] = how.spread === "range"
      ? [leastOf(here, place), greatestOf(here, place)]
      : around(y[place] as number, values, how.spread);
  }
  return [{
    ...group,
    y,
    raw: null,
    low,
    high,
    counts,
    marks: members.flatMap((line) => line.marks),
    points: sumOf(members, "points"),
    undrawn: sumOf(members, "undrawn"),
  }];
}

function sumOf(lines: readonly Line[], count: "points" | "undrawn"): number {
  return lines.reduce((sum, line) => sum + line[count], 0);
}

function around(
  middle: number,
  values: number[],
  spread: "std" | "stderr" | "ci",
): [number, number] {
  const std = deviation(values);
  const error = std / Math.sqrt(values.length);
  const reach = spread === "std"
    ? std
    : spread === "stderr"
    ? error
    : error * confidence95(values.length);
  return [middle - reach, middle + reach];
}

/** The least of the group, also between the points that are shown of each bucket. */
function leastOf(lines: readonly Line[], place: number): number {
  return Math.min(...lines.map((line) => (line.low?.[place] ?? line.y[place]) as number));
}

function greatestOf(lines: readonly Line[], place: number): number {
  return Math.max(...lines.map((line) => (line.high?.[place] ?? line.y[place]) as number));
}
