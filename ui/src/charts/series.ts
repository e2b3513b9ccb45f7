/** From what is chosen to the view of one series. */

import { useMemo } from "preact/hooks";
import type { Chart } from "../data/wire.ts";
import { axisOf } from "./axis.ts";
import { type Board, useBoard, type Wanted } from "./board.ts";
import type { Chosen } from "./chosen.ts";
import { type Loaded, useChart } from "./loading.ts";
import { type Picture, pictureOf } from "./picture.ts";
import { spansOf, type View } from "./view.ts";

const WIDTHS = 200; // pixels; asked for in such steps, so that a window that is dragged asks seldom

/** Returns what is asked for to draw a series so many pixels wide. */
export function wantedOf({ runs }: Board, series: string, chosen: Chosen, width: number): Wanted {
  return {
    series,
    ids: runs.map((run) => run.id),
    x: chosen.x,
    from: chosen.zoom?.[0] ?? null,
    to: chosen.zoom?.[1] ?? null,
    width: WIDTHS * Math.ceil(width * Math.min(devicePixelRatio, 2) / WIDTHS),
    log: chosen.xScale === "log",
  };
}

/** Returns the picture of a series. */
export function drawn({ runs, groups }: Board, chart: Chart, chosen: Chosen): Picture {
  const { xScale, yScale, smooth, group, middle, spread } = chosen;
  const grouping = group === null ? null : { groups: groups(group), middle, spread };
  const looks = new Map(runs.map((run) => [run.id, run]));
  return pictureOf(chart, looks, { xScale, yScale, smooth, grouping });
}

/** Returns a picture with its axes. */
export function viewOf({ strong }: Board, series: string, picture: Picture, chosen: Chosen): View {
  const { x, xScale, yScale, zoom, clip, group } = chosen;
  return {
    title: series,
    picture,
    xScale,
    yScale,
    axis: axisOf(x, xScale === "log"),
    ...spansOf(picture, yScale, { zoom, fixed: chosen.fixed.get(series) ?? null, clip }),
    strong: group === null ? strong : null,
  };
}

/**
 * Has a component follow the view of a series.
 *
 * @param width how wide it is drawn, in pixels.
 */
export function useSeries(
  series: string,
  chosen: Chosen,
  width: number,
): { view: View | null; loaded: Loaded; wanted: Wanted } {
  const board = useBoard();
  const { runs, strong, groups } = board;
  const { x, zoom, xScale, yScale, smooth, group, middle, spread, clip } = chosen;
  const wanted = wantedOf(board, series, chosen, width);
  const loaded = useChart(wanted);
  const { chart } = loaded;
  const picture = useMemo(
    () => chart && chart.head.x === x ? drawn(board, chart, chosen) : null,
    [chart, x, runs, groups, xScale, yScale, smooth, group, middle, spread],
  );
  const fixed = chosen.fixed.get(series);
  const view = useMemo(
    () => picture && viewOf(board, series, picture, chosen),
    [picture, zoom?.[0], zoom?.[1], fixed?.[0], fixed?.[1], clip, strong],
  );
  return { view, loaded, wanted };
}
