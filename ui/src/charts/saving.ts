/** Saving what the browser made. */

import type { Line } from "./line.ts";

const HEAD = 28; // pixels above the chart, for its title
const ROW = 16; // pixels of a row of the legend
const ENTRY = 170; // pixels of a line in it

/** Has the browser save content as a file. */
export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // by then the browser has begun
}

/** A name of a file for a series: what a file system may not take becomes a line. */
export function fileName(series: string, extension: string): string {
  return `${
    series.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|-+$/g, "") || "chart"
  }.${extension}`;
}

/**
 * Has the browser save a canvas as a picture, on a ground of the given colour, with a legend below.
 *
 * @throws Error when the browser cannot make the picture.
 */
export async function savePicture(
  canvas: HTMLCanvasElement,
  title: string,
  lines: readonly Line[],
  ground: string,
  ink: string,
): Promise<void> {
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.width / ratio, canvas.height / ratio];
  const across = Math.max(1, Math.floor((width - 28) / ENTRY));
  const legend = ROW * Math.ceil(lines.length / across) + 8;
  const whole = new OffscreenCanvas(canvas.width, (HEAD + height + legend) * ratio);
  const context = whole.getContext("2d")!;
  context.scale(ratio, ratio);
  context.fillStyle = ground;
  context.fillRect(0, 0, width, HEAD + height + legend);
  context.fillStyle = ink;
  context.font = "600 13px system-ui, sans-serif";
  context.fillText(title, 14, 19);
  context.drawImage(canvas, 0, HEAD, width, height);
  context.font = "11px system-ui, sans-serif";
  context.lineWidth = 2;
  lines.forEach(({ colour, dash, label }, place) => {
    const left = 14 + ENTRY * (place % across);
    const middle = HEAD + height + 8 + ROW * Math.floor(place / across);
    context.strokeStyle = colour;
    context.setLineDash([...dash]);
    context.beginPath();
    context.moveTo(left, middle);
    context.lineTo(left + 22, middle);
    context.stroke();
    context.fillText(label, left + 28, middle + 4, ENTRY - 36);
  });
  save(await whole.convertToBlob({ type: "image/png" }), fileName(title, "png"));
}
