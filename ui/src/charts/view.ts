/** Everything that a drawing of a chart needs, whether on a canvas or as SVG. */

import type { Axis } from "./axis.ts";
import { type Extent, extentOf, type Span } from "./extent.ts";
import type { Choices, Picture } from "./picture.ts";

/** A chart that is ready to be drawn. */
export interface View {
  title: string;
  picture: Picture;
  xScale: Choices["xScale"];
  yScale: Choices["yScale"];
  axis: Axis;
  /** What the axis below spans. */
  within: Span;
  /** What the axis at the side spans, and how many values lie beyond. */
  extent: Extent;
  /** The line that stands out: the baseline's, or the one that is pointed at. */
  strong: string | null;
}

/**
 * Finds what the axes span.
 *
 * @param zoom the part of the x that is looked at; all of it when null.
 * @param fixed what the axis at the side was fixed to.
 * @param clip whether outliers are left out.
 */
export function spansOf(
  picture: Picture,
  scale: Choices["yScale"],
  { zoom, fixed, clip }: { zoom: Span | null; fixed: Span | null; clip: boolean },
): { within: Span; extent: Extent } {
  const within = zoom ?? wide(picture.xs[0] ?? 0, picture.xs.at(-1) ?? 1);
  const usable = fixed && (scale !== "log" || fixed[0] > 0) && fixed[0] < fixed[1];
  if (!usable) return { within, extent: extentOf(picture, scale, clip, within) };
  const outside = (value: unknown) =>
    typeof value === "number" && (value < fixed[0] || value > fixed[1]);
  const beyond = picture.lines.reduce((sum, line) => sum + line.y.filter(outside).length, 0);
  return { within, extent: { span: fixed, beyond } };
}

/** A span that has a length, also around a single x. */
function wide(from: number, to: number): Span {
  return from < to ? [from, to] : [from - (Math.abs(from) || 1) / 2, to + (Math.abs(to) || 1) / 2];
}
