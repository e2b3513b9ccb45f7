/** What part of its values an axis at the side spans. */

import { type Cells, isDrawn, lowerBound } from "./cells.ts";
import type { Picture, Scale } from "./picture.ts";
import { quantile } from "./statistics.ts";

/** The ends of an axis. */
export type Span = [number, number];

/** The span of an axis, and how many values of the lines lie outside of it. */
export interface Extent {
  span: Span;
  beyond: number;
}

const MOST = Number.MAX_VALUE;

/**
 * Finds what the axis at the side spans: everything, or what is left when outliers are not looked at.
 *
 * Outliers lie further from the middle nine tenths of the values than half of what those span; so a line without
 * outliers is never cut.
 *
 * @param clip whether outliers are left out.
 * @param within the part of the x that is looked at.
 */
export function extentOf(
  picture: Picture,
  scale: Scale,
  clip: boolean,
  within: Span | null = null,
): Extent {
  const from = within ? lowerBound(picture.xs, within[0]) : 0;
  const to = within ? lowerBound(picture.xs, nextAfter(within[1])) : picture.xs.length;
  const drawn: number[] = [];
  let [least, greatest] = [Infinity, -Infinity];
  for (const line of picture.lines) {
    each(line.y, from, to, (value) => drawn.push(value));
    for (const cells of [line.y, line.raw, line.low, line.high]) {
      each(cells ?? [], from, to, (value) => {
        if (value < least) least = value;
        if (value > greatest) greatest = value;
      });
    }
  }
  if (least > greatest) return { span: scale === "log" ? [1, 10] : [0, 1], beyond: 0 };
  if (clip) {
    const forward = scale === "log" ? Math.log : (value: number) => value;
    const backward = scale === "log" ? Math.exp : (value: number) => value;
    const rising = Float64Array.from(drawn, forward).sort();
    const [low, high] = [quantile(rising, 0.05), quantile(rising, 0.95)];
    const reach = high / 2 - low / 2;
    if (reach > 0) {
      least = Math.max(least, backward(low - reach));
      greatest = Math.min(greatest, backward(high + reach));
    }
  }
  const beyond = drawn.filter((value) => value < least || value > greatest).length;
  return { span: padded(least, greatest, scale), beyond };
}

/** Gives the lines air above and below; one value gets a span around itself. */
export function padded(least: number, greatest: number, scale: Scale): Span {
  if (scale === "log") {
    const factor = greatest > least ? Math.pow(greatest / least, 0.05) : 2;
    return [Math.max(least / factor, Number.MIN_VALUE), Math.min(greatest * factor, MOST)];
  }
  const air = greatest > least ? greatest * 0.05 - least * 0.05 : Math.abs(greatest) * 0.1 || 1;
  return [Math.max(least - air, -MOST), Math.min(greatest + air, MOST)];
}

function each(cells: Cells, from: number, to: number, take: (value: number) => void): void {
  for (let place = from; place < Math.min(to, cells.length); place++) {
    const cell = cells[place];
    if (isDrawn(cell)) take(cell);
  }
}

function nextAfter(value: number): number {
  return value + Math.abs(value) * Number.EPSILON + Number.MIN_VALUE;
}
