/** The binary form of a chart: a head in JSON, then columns of numbers that need no decoding. */

import type { ChartHead, ChartRun } from "./types.ts";

/** One experiment's columns by their names, each as long as the x axis; NaN where it has no value. */
export interface ChartLine extends ChartRun {
  values: Record<string, Float64Array>;
}

/** A chart as it is drawn: one x for all lines. */
export interface Chart {
  head: ChartHead;
  x: Float64Array;
  lines: ChartLine[];
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Reads a chart's answer without copying its numbers.
 *
 * @param bytes four bytes of the head's length, the head, and Float64 columns, little-endian: x, then those of each run.
 * @throws RangeError when there are fewer numbers than the head says.
 */
export function decodeChart(bytes: ArrayBuffer): Chart {
  const length = new DataView(bytes).getUint32(0, true);
  const head: ChartHead = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
  let at = 4 + length;
  const column = (): Float64Array => {
    const start = at;
    at += 8 * head.rows;
    return LITTLE_ENDIAN
      ? new Float64Array(bytes, start, head.rows)
      : swapped(bytes, start, head.rows);
  };
  const x = column();
  const lines = head.runs.map((run) => ({
    ...run,
    values: Object.fromEntries(run.columns.map((name) => [name, column()])),
  }));
  return { head, x, lines };
}

function swapped(bytes: ArrayBuffer, start: number, rows: number): Float64Array {
  const view = new DataView(bytes, start, 8 * rows);
  return Float64Array.from({ length: rows }, (_, row) => view.getFloat64(8 * row, true));
}
