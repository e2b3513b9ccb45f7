/** A chart in words and as a table, for whoever does not see it. */

import { isDrawn } from "./cells.ts";
import type { Line } from "./line.ts";
import type { Reading } from "./nearest.ts";
import type { Picture } from "./picture.ts";
import { tickLabel } from "./ticks.ts";
import type { View } from "./view.ts";

/** A line in a table. */
export interface Row {
  line: Line;
  points: number;
  last: number | null;
  least: number | null;
  greatest: number | null;
}

/** Returns what each line comes to without smoothing, the lines in their order. */
export function rowsOf(picture: Picture): Row[] {
  return picture.lines.map((line) => {
    const row: Row = { line, points: line.points, last: null, least: null, greatest: null };
    (line.raw ?? line.y).forEach((cell, place) => {
      if (!isDrawn(cell)) return;
      row.last = cell;
      row.least = Math.min(row.least ?? Infinity, line.low?.[place] ?? cell);
      row.greatest = Math.max(row.greatest ?? -Infinity, line.high?.[place] ?? cell);
    });
    return row;
  });
}

/** Returns the last point of each line, the greatest value first. */
export function lastReadings(picture: Picture): Reading[] {
  const found = picture.lines.flatMap((line) => {
    const place = line.y.findLastIndex(isDrawn);
    if (place < 0) return [];
    const raw = line.raw?.[place];
    const value = line.y[place] as number;
    const count = line.counts?.[place] ?? null;
    return [{ line, place, x: picture.xs[place]!, value, raw: isDrawn(raw) ? raw : null, count }];
  });
  return found.sort((a, b) => b.value - a.value);
}

/** Returns a chart in one sentence. */
export function summaryOf({ title, picture, axis, within, extent }: View): string {
  const lines = `${picture.lines.length} ${picture.lines.length === 1 ? "line" : "lines"}`;
  const below = `${axis.title} from ${axis.label(within[0], within)} to ${
    axis.label(within[1], within)
  }`;
  return `${title}: ${lines} over ${below}, values from ${extent.span.map(tickLabel).join(" to ")}`;
}
