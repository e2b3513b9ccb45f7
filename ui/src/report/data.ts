/** A comparison that carries its own data: what a report's file and a notebook's widget hold. */

import type { Experiments } from "../data/types.ts";
import { type Chart, decodeChart } from "../data/wire.ts";

/** The data of a comparison, as JSON. */
export interface ComparisonData {
  title: string;
  /** When it was made, ISO 8601. */
  made: string;
  /** By what it was made. */
  by: string;
  /** The experiments, their parameters and their metrics' last values; ranks count from 0 without a gap. */
  experiments: Experiments;
  /** The order of creation of each experiment in its model, which gives its colour. */
  looks: number[];
  /** A chart of all experiments for each metric, as the server would answer, in base64. */
  charts: Record<string, string>;
}

/**
 * Returns the chart of a series.
 *
 * @param ids the experiments that are wanted of it.
 */
export function chartIn(data: ComparisonData, series: string, ids: readonly string[]): Chart {
  const chart = decodeChart(bytesOf(data.charts[series]!));
  const wanted = new Set(ids);
  return { ...chart, lines: chart.lines.filter(({ id }) => wanted.has(id)) };
}

/** Reads base64. */
export function bytesOf(base64: string): ArrayBuffer {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place++) bytes[place] = text.charCodeAt(place);
  return bytes.buffer;
}
