/** A chart as SVG that needs no script: the same view, drawn as text. */

import type { Span } from "./extent.ts";
import { outlines, pieces } from "./geometry.ts";
import { SIGNS } from "./marks.ts";
import { BAND, EDGE, strokesOf } from "./painting.ts";
import type { Scale } from "./picture.ts";
import { tickLabel, ticksOf } from "./ticks.ts";
import type { View } from "./view.ts";

const LEFT = 64;
const TOP = 34;
const FOOT = 34;
const ROW = 16;
const INK = "#555866";

/**
 * Returns a chart as a document of SVG on a white ground, with a legend below.
 *
 * @param width in pixels.
 * @param height of the chart in pixels; the legend comes on top of it.
 */
export function svgOf(view: View, width: number, height: number): string {
  const { picture, xScale, yScale, axis, within, extent } = view;
  const box = { left: LEFT, right: width - 16, top: TOP, bottom: height - FOOT };
  const left = placer(within, xScale, box.left, box.right);
  const top = placer(extent.span, yScale, box.bottom, box.top);
  const at = (place: number, value: number) => `${left(picture.xs[place]!)},${top(value)}`;
  const body: string[] = [];
  for (const tick of ticksOf(extent.span, yScale, 6)) {
    body.push(rule(box.left, top(tick), box.right, top(tick)));
    body.push(text(box.left - 6, top(tick) + 4, "end", tickLabel(tick)));
  }
  for (const tick of axis.ticks(within, 8)) {
    body.push(rule(left(tick), box.top, left(tick), box.bottom));
    body.push(text(left(tick), box.bottom + 15, "middle", axis.label(tick, within)));
  }
  body.push(text((box.left + box.right) / 2, height - 4, "middle", axis.title));
  const drawn: string[] = [];
  for (const line of picture.lines) {
    if (!line.low || !line.high) continue;
    for (const outline of outlines(line.low, line.high, at)) {
      drawn.push(
        `<polygon points="${
          outline.join(" ")
        }" fill="${line.colour}" fill-opacity="${BAND}" stroke="${line.colour}" stroke-opacity="${EDGE}"/>`,
      );
    }
  }
  for (const { line, cells, raw } of strokesOf(view)) {
    const dash = line.dash.length ? ` stroke-dasharray="${line.dash.join(" ")}"` : "";
    const look = `stroke="${line.colour}" stroke-opacity="${
      raw ? 0.25 : 1
    }" stroke-width="1.5"${dash}`;
    for (const piece of pieces(cells)) {
      const points = piece.map((place) => at(place, cells[place] as number));
      drawn.push(
        piece.length > 1
          ? `<polyline points="${points.join(" ")}" fill="none" stroke-linejoin="round" ${look}/>`
          : dot(points[0]!, line.colour),
      );
    }
    if (raw) continue;
    for (const { x, kind } of line.marks) {
      const { sign, edge } = SIGNS[kind];
      drawn.push(
        text(left(x), edge === "top" ? box.top + 9 : box.bottom - 3, "middle", sign, line.colour),
      );
    }
  }
  const rows = legend(view, width, height);
  const whole = height + rows.height;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}" ` +
    `font-family="system-ui, sans-serif" font-size="11"><title>${escaped(view.title)}</title>` +
    `<rect width="100%" height="100%" fill="#ffffff"/>` +
    `<text x="16" y="21" font-size="13" font-weight="600" fill="#16171d">${
      escaped(view.title)
    }</text>` +
    `<clipPath id="axes"><rect x="${box.left}" y="${box.top}" width="${box.right - box.left}" ` +
    `height="${box.bottom - box.top}"/></clipPath>${body.join("")}<g clip-path="url(#axes)">${
      drawn.join("")
    }</g>` +
    `${rows.drawn}</svg>\n`;
}

/**
 * Returns charts as one drawing.
 *
 * @param charts what {@link svgOf} returned for each, all of one width.
 * @param width theirs.
 * @param columns how many stand side by side.
 */
export function svgOfAll(charts: readonly string[], width: number, columns: number): string {
  const height = Math.max(...charts.map((chart) => Number(/ height="(\d+)"/.exec(chart)![1])));
  const placed = charts.map((chart, place) => {
    const [x, y] = [width * (place % columns), height * Math.floor(place / columns)];
    return chart.replace("<svg ", `<svg x="${x}" y="${y}" `);
  });
  const size = `width="${width * columns}" height="${height * Math.ceil(charts.length / columns)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${placed.join("")}</svg>\n`;
}

function legend({ picture }: View, width: number, from: number): { drawn: string; height: number } {
  const longest = Math.max(0, ...picture.lines.map((line) => line.label.length));
  const columns = Math.max(1, Math.floor((width - 32) / (44 + 6.5 * longest)));
  const wide = (width - 32) / columns;
  const drawn = picture.lines.map((line, place) => {
    const x = 16 + wide * (place % columns);
    const y = from + 12 + ROW * Math.floor(place / columns);
    const dash = line.dash.length ? ` stroke-dasharray="${line.dash.join(" ")}"` : "";
    return `<path d="M${x} ${
      y - 4
    }h22" stroke="${line.colour}" stroke-width="2" fill="none"${dash}/>` +
      text(x + 28, y, "start", line.label, "#16171d");
  });
  return { drawn: drawn.join(""), height: ROW * Math.ceil(picture.lines.length / columns) + 10 };
}

/** Maps values to pixels, halved so that the widest span does not overflow. */
function placer(
  [from, to]: Span,
  scale: Scale,
  start: number,
  end: number,
): (value: number) => number {
  const along = scale === "log"
    ? Math.log
    : scale === "asinh"
    ? Math.asinh
    : (value: number) => value;
  const [low, high] = [along(from) / 2, along(to) / 2];
  return (value) =>
    Number((start + (along(value) / 2 - low) / (high - low) * (end - start)).toFixed(2));
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="#e4e4e9"/>`;
}

function dot(point: string, colour: string): string {
  const [x, y] = point.split(",");
  return `<circle cx="${x}" cy="${y}" r="2.5" fill="${colour}"/>`;
}

function text(x: number, y: number, anchor: string, content: string, ink = INK): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${ink}">${escaped(content)}</text>`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A text as XML takes it; names of experiments may hold anything. */
export function escaped(content: string): string {
  // deno-lint-ignore no-control-regex -- XML 1.0 has no place for them, not even escaped
  return content.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "�")
    .replace(/[&<>"]/g, (letter) => ENTITIES[letter]!);
}
