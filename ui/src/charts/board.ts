/** What a wall of charts stands on, whoever shows it: the page, a report that is one file, or a notebook. */

import type { ReadonlySignal, Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { News } from "../data/live.ts";
import type { Chart } from "../data/wire.ts";
import type { Change } from "../state/query.ts";
import type { Group } from "./grouping.ts";
import type { Look } from "./line.ts";

/** Where choices are kept: the page's address, or the memory of a report. */
export interface Choosing {
  query: ReadonlySignal<URLSearchParams>;
  /** Makes a choice that can be taken back. */
  choose(change: Change): void;
  /** Makes choices that come many at once. */
  adjust(change: Change): void;
}

/** A chart that is wanted. */
export interface Wanted {
  series: string;
  ids: readonly string[];
  x: string;
  from: number | null;
  to: number | null;
  /** How many points an experiment may have at most, in pixels. */
  width: number;
  /** Whether the axis below is logarithmic, so that buckets are as wide as they look. */
  log: boolean;
}

/** Where a chart's points can be had as files, and the queries that make them. */
export interface Files {
  csv: string;
  parquet: string;
  query(): Promise<{ duckdb: string; polars: string }>;
}

/** An experiment that is drawn. */
export interface BoardRun extends Look {
  id: string;
  /** Whether it runs, so that what is remembered of it may have become too little. */
  grows: boolean;
}

/** Everything that charts are made of. */
export interface Board {
  choosing: Choosing;
  /** The names of the series, of which each is a chart. */
  series: readonly string[];
  runs: readonly BoardRun[];
  /** The experiment whose line stands out: the baseline, or the one that the keyboard is at. */
  strong: string | null;
  /** The parameters by which experiments can be grouped. */
  parameters: readonly string[];
  /** The experiments with equal values of a parameter. */
  groups(parameter: string): Group[];
  /** Which of `step`, `time`, `relative` and `metric` may lie below; a report has what was put into it. */
  axes: readonly string[];
  load(wanted: Wanted, abort: AbortSignal): Promise<Chart>;
  /** Hears what is logged while the charts are looked at, and returns what ends it; nothing where all is as it was. */
  hear: ((listener: (news: News) => void) => () => void) | null;
  /** The points of one series or of several; nothing where there is no server. */
  files(wanted: Wanted, series?: readonly string[]): Files | null;
  /** The x that is pointed at, and the chart in which it is. */
  crosshair: Signal<{ x: number; by: object } | null>;
}

const Context = createContext<Board | null>(null);

/** Gives a board to the charts within. */
export const OnBoard = Context.Provider;

/** Returns the board that a component stands on. */
export function useBoard(): Board {
  const board = useContext(Context);
  if (!board) throw new Error("A chart is drawn outside of a board.");
  return board;
}
