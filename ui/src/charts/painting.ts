/** What is painted on a chart's canvas behind its lines and over them: bands, single points, marks. */

import type { Cells } from "./cells.ts";
import { lonely, outlines } from "./geometry.ts";
import type { Line } from "./line.ts";
import { SIGNS } from "./marks.ts";
import type { View } from "./view.ts";

/** A canvas, and where values stand on it, in its own pixels. */
export interface Frame {
  context: CanvasRenderingContext2D;
  /** Pixels of the canvas in a CSS pixel. */
  ratio: number;
  /** What the axes enclose. */
  box: { left: number; top: number; width: number; height: number };
  left(x: number): number;
  top(value: number): number;
}

/** One stroke of a chart; `raw` for what was smoothed. */
export interface Stroke {
  line: Line;
  cells: Cells;
  raw: boolean;
}

/** How much of a line's colour its band has. */
export const BAND = 0.14;
/** And the band's edge: a spike of one bucket is hardly more than its edge. */
export const EDGE = 0.5;

/** The strokes of a chart from the hindmost to the foremost. */
export function strokesOf({ picture }: View): Stroke[] {
  return [
    ...picture.lines.flatMap((line) => line.raw ? [{ line, cells: line.raw, raw: true }] : []),
    ...picture.lines.map((line) => ({ line, cells: line.y, raw: false })),
  ];
}

/** Paints the bands of all lines. */
export function paintBands(frame: Frame, { picture, strong }: View): void {
  within(frame, (context) => {
    for (const line of picture.lines) {
      if (!line.low || !line.high) continue;
      const shown = strong === null || strong === line.key ? 1 : 0.4;
      context.fillStyle = context.strokeStyle = line.colour;
      context.lineWidth = frame.ratio;
      context.beginPath();
      const place = (at: number, value: number) =>
        [frame.left(picture.xs[at]!), frame.top(value)] as const;
      for (const outline of outlines(line.low, line.high, place)) {
        outline.forEach(([left, top], at) =>
          at ? context.lineTo(left, top) : context.moveTo(left, top)
        );
        context.closePath();
      }
      context.globalAlpha = BAND * shown;
      context.fill();
      context.globalAlpha = EDGE * shown;
      context.stroke();
    }
  });
}

/** Paints points that no line shows, and the marks of values that cannot be drawn. */
export function paintMarks(frame: Frame, { picture }: View): void {
  const { box, ratio } = frame;
  within(frame, (context) => {
    context.textAlign = "center";
    context.font = `${9 * ratio}px sans-serif`;
    for (const line of picture.lines) {
      context.fillStyle = line.colour;
      for (const at of lonely(line.y)) {
        context.beginPath();
        context.arc(
          frame.left(picture.xs[at]!),
          frame.top(line.y[at] as number),
          2.5 * ratio,
          0,
          2 * Math.PI,
        );
        context.fill();
      }
      for (const { x, kind } of line.marks) {
        const { sign, edge } = SIGNS[kind];
        const top = edge === "top" ? box.top + 9 * ratio : box.top + box.height - 3 * ratio;
        context.fillText(sign, frame.left(x), top);
      }
    }
  });
}

/** Paints within what the axes enclose, and leaves the canvas as it was. */
function within({ context, box }: Frame, paint: (context: CanvasRenderingContext2D) => void): void {
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  paint(context);
  context.restore();
}
