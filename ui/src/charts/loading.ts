/** Having a chart's data: asked for when a chart is near the window, kept for a while, finer after a zoom. */

import { useEffect, useState } from "preact/hooks";
import type { Chart } from "../data/wire.ts";
import { type Board, useBoard, type Wanted } from "./board.ts";

/** How a chart's data stand. */
export interface Loaded {
  /** What is known; while a finer part is on its way, what was known before. */
  chart: Chart | null;
  error: string | null;
}

const MOST_KEPT = 48; // charts, some 80 kB each
const kept = new WeakMap<Board["load"], Map<string, Chart>>();

/**
 * Has a component follow a chart's data.
 *
 * @param wanted what is asked for.
 * @param version changes when there is more to be had, as an experiment went on.
 */
export function useChart(wanted: Wanted, version: number): Loaded {
  const { load } = useBoard();
  const key = JSON.stringify([wanted, version]);
  const [loaded, setLoaded] = useState<Loaded & { series: string }>(() => ({
    chart: remembered(load, key),
    error: null,
    series: wanted.series,
  }));
  useEffect(() => {
    const known = remembered(load, key);
    if (known) {
      setLoaded({ chart: known, error: null, series: wanted.series });
      return;
    }
    const abort = new AbortController();
    load(wanted, abort.signal).then((chart) => {
      remember(load, key, chart);
      if (!abort.signal.aborted) setLoaded({ chart, error: null, series: wanted.series });
    }, (error) => {
      if (!abort.signal.aborted) {
        setLoaded((before) => ({ ...before, error: String(error?.message ?? error) }));
      }
    });
    return () => abort.abort();
  }, [key, load]);
  return loaded;
}

function remembered(load: Board["load"], key: string): Chart | null {
  const charts = kept.get(load);
  const chart = charts?.get(key);
  if (!charts || !chart) return null;
  charts.delete(key);
  charts.set(key, chart); // the last of the map is the one that was used last
  return chart;
}

function remember(load: Board["load"], key: string, chart: Chart): void {
  const charts = kept.get(load) ?? new Map<string, Chart>();
  kept.set(load, charts);
  charts.set(key, chart);
  for (const oldest of charts.keys()) {
    if (charts.size <= MOST_KEPT) break;
    charts.delete(oldest);
  }
}
