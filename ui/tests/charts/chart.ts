/** Charts as the server sends them, made for tests. */

import type { Chart, ChartLine } from "../../src/data/wire.ts";
import type { Look } from "../../src/charts/line.ts";

type Part = Partial<Omit<ChartLine, "values">> & { values: Record<string, number[]> };

/** Returns a chart of experiments that are given by id. */
export function chartOf(
  x: number[],
  runs: Record<string, Part>,
  kind: Chart["head"]["kind"] = "raw",
): Chart {
  const lines = Object.entries(runs).map(([id, part]) => ({
    id,
    points: x.length,
    finite: x.length,
    nonfinite: { nan: 0, posinf: 0, neginf: 0 },
    marks: [],
    end: x.findLast((_, place) => part.values.last?.[place] === part.values.last?.[place]) ?? null,
    ...part,
    columns: Object.keys(part.values),
    values: Object.fromEntries(
      Object.entries(part.values).map(([k, v]) => [k, Float64Array.from(v)]),
    ),
  }));
  return {
    head: {
      series: "loss",
      x: "step",
      kind,
      width: 100,
      from: null,
      to: null,
      points: x.length,
      shown: x.length,
      domain: [x[0] ?? 0, x.at(-1) ?? 0],
      runs: lines,
      columns: 1,
      rows: x.length,
    },
    x: Float64Array.from(x),
    lines,
  };
}

/** Returns looks of experiments that nobody looks at. */
export function looksOf(...ids: string[]): Map<string, Look> {
  return new Map(ids.map((id) => [id, { label: id, colour: "#000000", dash: [] }]));
}
