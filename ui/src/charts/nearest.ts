/** What stands at the crosshair. */

import { type Cells, isDrawn, lowerBound } from "./cells.ts";
import type { Line } from "./line.ts";
import type { Picture } from "./picture.ts";

/** A line's point next to the crosshair. */
export interface Reading {
  line: Line;
  place: number;
  x: number;
  /** What is drawn. */
  value: number;
  /** What was smoothed, where the line is. */
  raw: number | null;
  /** How many experiments of a group have a value there. */
  count: number | null;
}

/**
 * Returns the point of each line that is nearest to an x, the greatest value first.
 *
 * A line that has ended before the x, or begins behind it, is left out: it has no value there.
 */
export function readingsAt(picture: Picture, x: number): Reading[] {
  const at = nearestPlace(picture.xs, x);
  const found: Reading[] = [];
  for (const line of picture.lines) {
    const place = drawnNear(line.y, picture.xs, at, x);
    if (place === null) continue;
    const raw = line.raw?.[place];
    found.push({
      line,
      place,
      x: picture.xs[place]!,
      value: line.y[place] as number,
      raw: isDrawn(raw) ? raw : null,
      count: line.counts?.[place] ?? null,
    });
  }
  return found.sort((a, b) => b.value - a.value);
}

/** The reading whose point is nearest to a height, in pixels as `height` gives them. */
export function nearestReading(
  readings: readonly Reading[],
  top: number,
  height: (value: number) => number,
): Reading | null {
  let best: Reading | null = null;
  let least = Infinity;
  for (const reading of readings) {
    const distance = Math.abs(height(reading.value) - top);
    if (distance < least) [best, least] = [reading, distance];
  }
  return best;
}

/** The position in rising `xs` that is nearest to an x. */
export function nearestPlace(xs: readonly number[], x: number): number {
  const above = lowerBound(xs, x);
  if (above === 0) return 0;
  if (above === xs.length) return xs.length - 1;
  return xs[above]! - x < x - xs[above - 1]! ? above : above - 1;
}

function drawnNear(cells: Cells, xs: readonly number[], at: number, x: number): number | null {
  if (isDrawn(cells[at])) return at;
  if (cells[at] === null) return null;
  let [below, above] = [at, at];
  while (below >= 0 && cells[below] === undefined) below--;
  while (above < cells.length && cells[above] === undefined) above++;
  if (!isDrawn(cells[below]) || !isDrawn(cells[above])) return null;
  return x - xs[below]! <= xs[above]! - x ? below : above;
}
