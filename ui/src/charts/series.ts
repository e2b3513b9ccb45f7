/** From what is chosen to the view of one series. */

import { useMemo } from "preact/hooks";
import { axisOf } from "./axis.ts";
import { useBoard, type Wanted } from "./board.ts";
import type { Chosen } from "./chosen.ts";
import type { Grouping } from "./grouping.ts";
import { type Loaded, useChart } from "./loading.ts";
import { type Picture, pictureOf } from "./picture.ts";
import { spansOf, type View } from "./view.ts";

const WIDTHS = 200; // pixels; asked for in such steps, so that a window that is dragged asks seldom

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
  const { runs, strong, groups } = useBoard();
  const { x, zoom, xScale, yScale, smooth, group, middle, spread, clip } = chosen;
  const wanted: Wanted = {
    series,
    ids: runs.map((run) => run.id),
    x,
    from: zoom?.[0] ?? null,
    to: zoom?.[1] ?? null,
    width: WIDTHS * Math.ceil(width * Math.min(devicePixelRatio, 2) / WIDTHS),
    log: xScale === "log",
  };
  const loaded = useChart(wanted, runs.reduce((sum, run) => sum + run.values, 0));
  const { chart } = loaded;
  const grouping: Grouping | null = useMemo(
    () => group === null ? null : { groups: groups(group), middle, spread },
    [group, groups, middle, spread],
  );
  const choices = useMemo(
    () => ({ xScale, yScale, smooth, grouping }),
    [xScale, yScale, smooth, grouping],
  );
  const picture: Picture | null = useMemo(
    () =>
      chart && chart.head.x === x
        ? pictureOf(chart, new Map(runs.map((run) => [run.id, run])), choices)
        : null,
    [chart, x, runs, choices],
  );
  const fixed = chosen.fixed.get(series) ?? null;
  const view = useMemo(
    () =>
      picture && {
        title: series,
        picture,
        choices,
        axis: axisOf(x, xScale === "log"),
        ...spansOf(picture, yScale, { zoom, fixed, clip }),
        strong: grouping ? null : strong,
      },
    [picture, zoom?.[0], zoom?.[1], fixed?.[0], fixed?.[1], clip, strong],
  );
  return { view, loaded, wanted };
}
