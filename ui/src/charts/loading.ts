/** Having a chart's data: asked for when a chart is near the window, kept for a while, finer after a zoom. */

import { useEffect, useState } from "preact/hooks";
import type { LivePoints } from "../data/types.ts";
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
  useEffect(() => {
    const abort = new AbortController();
    let drawn: Chart | null = null;
    let due: ReturnType<typeof setTimeout> | undefined;
    let meanwhile: LivePoints[] | null = null; // what came while an answer is waited for
    const grown = (chart: Chart, points: readonly LivePoints[]) =>
      wanted.x === "step" ? appended(chart, points, wanted.to) : null;
    const show = (chart: Chart) => {
      drawn = chart;
      remember(load, key, chart);
      setLoaded({ chart, error: null });
    };
    const ask = async () => {
      due = undefined;
      meanwhile = [];
      try {
        const chart = await load(wanted, abort.signal);
        if (!abort.signal.aborted) show(grown(chart, meanwhile) ?? chart);
      } catch (error) {
        if (abort.signal.aborted) return;
        const said = error instanceof Error ? error.message : String(error);
        setLoaded((before) => ({ ...before, error: said }));
      } finally {
        meanwhile = null;
      }
    };
    const known = remembered(load, key);
    if (known) show(known);
    if (!known || runs.some(({ grows }) => grows)) void ask();
    const end = hear?.((news) => {
      const own = news?.filter(({ id, series }) =>
        series === wanted.series && wanted.ids.includes(id)
      );
      if (own?.length === 0) return;
      if (own) meanwhile?.push(...own);
      const chart = own && drawn && grown(drawn, own);
      if (chart) show(chart);
      else if (!own || !meanwhile) due ??= setTimeout(ask, own ? PATIENCE : 0);
    });
    return () => {
      abort.abort();
      clearTimeout(due);
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
