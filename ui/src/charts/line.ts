/** A line of a chart, ready to be drawn. */

import type { ChartRun } from "../data/types.ts";
import type { Look as Drawn } from "../design/palette.ts";
import type { Cells } from "./cells.ts";

/** Why a value is not a point of its line. */
export type MarkKind = ChartRun["marks"][number][1] | "≤ 0";

/** A value that cannot be drawn: its place, and what it is. */
export interface Mark {
  x: number;
  kind: MarkKind;
}

/** The look of a line and its name: the same experiment has the same in every chart. */
export interface Look extends Drawn {
  label: string;
  /** Whether it is what the others are compared with. */
  bold?: boolean;
}

/** A line of a chart: an experiment's, or that of a group of them. All its cells are as many as the chart's x. */
export interface Line extends Look {
  key: string;
  y: Cells;
  /** What was smoothed. */
  raw: Cells | null;
  /** What the band reaches: a bucket's least and greatest, or a group's spread. */
  low: Cells | null;
  high: Cells | null;
  /** How many experiments of the group have a value at each x. */
  counts: number[] | null;
  marks: Mark[];
  /** How many values there are, of all experiments of a group. */
  points: number;
  /** How many of them are not drawn. */
  undrawn: number;
}
