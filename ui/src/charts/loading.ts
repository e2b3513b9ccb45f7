/** Having a chart's data: asked for when a chart is near the window, kept for a while, finer after a zoom. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Chart } from "../data/wire.ts";
import { appended } from "./appending.ts";
import { type Board, useBoard, type Wanted } from "./board.ts";

/** How a chart's data stand. */
export interface Loaded {
  /** What is known; while a finer part is on its way, what was known before. */
  chart: Chart | null;
  error: string | null;
}

const MOST_KEPT = 48; // charts, some 80 kB each
const PATIENCE = 2000; // milliseconds between two askings, where points cannot be appended
const kept = new WeakMap<Board["load"], Map<string, Chart>>();

/**
 * Has a component follow a chart's data: what is logged is put behind its lines, and where that cannot be done the chart
 * is asked for anew.
 *
 * @param wanted what is asked for.
 */
export function useChart(wanted: Wanted): Loaded {
  const { load, hear, runs } = useBoard();
  const key = JSON.stringify(wanted);
  const [loaded, setLoaded] = useState<Loaded>(() => ({
    chart: remembered(load, key),
    error: null,
  }));
  const drawn = useRef(loaded.chart);
  useEffect(() => {
    const abort = new AbortController();
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const show = (chart: Chart) => {
      drawn.current = chart;
      remember(load, key, chart);
      setLoaded({ chart, error: null });
    };
    const ask = () => {
      waiting = undefined;
      load(wanted, abort.signal).then(
        (chart) => !abort.signal.aborted && show(chart),
        (error) => {
          if (abort.signal.aborted) return;
          setLoaded((before) => ({ ...before, error: String(error?.message ?? error) }));
        },
      );
    };
    const known = remembered(load, key);
    if (known) show(known);
    if (!known || runs.some(({ grows }) => grows)) ask();
    const end = hear?.((news) => {
      const own = news?.filter(({ id, series }) =>
        series === wanted.series && wanted.ids.includes(id)
      );
      if (own?.length === 0) return;
      const chart = own && drawn.current && wanted.x === "step"
        ? appended(drawn.current, own, wanted.to)
        : null;
      if (chart) show(chart);
      else waiting ??= setTimeout(ask, news === null ? 0 : PATIENCE);
    });
    return () => {
      abort.abort();
      clearTimeout(waiting);
      end?.();
    };
  }, [key, load, hear]);
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
