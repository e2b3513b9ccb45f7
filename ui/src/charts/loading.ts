/** Having a chart's data: asked for when a chart is near the window, kept for a while, finer after a zoom. */

import { useEffect, useRef, useState } from "preact/hooks";
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
 * @param wanted what is asked for. When it changes, an answer to what was wanted before is of no use any more.
 * @param version changes when there is more to be had, as an experiment goes on; one answer is waited for before the next is
 *   asked for, however often that is.
 */
export function useChart(wanted: Wanted, version: number): Loaded {
  const { load } = useBoard();
  const key = JSON.stringify(wanted);
  const [loaded, setLoaded] = useState<Loaded>(() => ({
    chart: remembered(load, `${key} ${version}`),
    error: null,
  }));
  const latest = useRef(version);
  latest.current = version;
  const ask = useRef(() => {});
  useEffect(() => {
    const abort = new AbortController();
    let waiting = false;
    ask.current = async () => {
      if (waiting) return;
      waiting = true;
      for (let asked = NaN; asked !== latest.current && !abort.signal.aborted;) {
        asked = latest.current;
        const next = await answered(load, wanted, `${key} ${asked}`, abort.signal);
        if (abort.signal.aborted) return;
        setLoaded((before) => ({ chart: next.chart ?? before.chart, error: next.error }));
      }
      waiting = false;
    };
    ask.current();
    return () => abort.abort();
  }, [key, load]);
  useEffect(() => ask.current(), [version]);
  return loaded;
}

async function answered(
  load: Board["load"],
  wanted: Wanted,
  key: string,
  abort: AbortSignal,
): Promise<Loaded> {
  const known = remembered(load, key);
  if (known) return { chart: known, error: null };
  try {
    const chart = await load(wanted, abort);
    remember(load, key, chart);
    return { chart, error: null };
  } catch (error) {
    return { chart: null, error: error instanceof Error ? error.message : String(error) };
  }
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
