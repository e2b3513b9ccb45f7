/** Saving what the browser made, and putting text on the clipboard. */

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
 * Has the browser save a canvas as a picture, on a ground of the given colour.
 *
 * @throws Error when the browser cannot make the picture.
 */
export async function savePicture(
  canvas: HTMLCanvasElement,
  title: string,
  ground: string,
  ink: string,
): Promise<void> {
  const head = 28 * devicePixelRatio;
  const whole = new OffscreenCanvas(canvas.width, canvas.height + head);
  const context = whole.getContext("2d")!;
  context.fillStyle = ground;
  context.fillRect(0, 0, whole.width, whole.height);
  context.fillStyle = ink;
  context.font = `600 ${13 * devicePixelRatio}px system-ui, sans-serif`;
  context.fillText(title, 14 * devicePixelRatio, 19 * devicePixelRatio);
  context.drawImage(canvas, 0, head);
  save(await whole.convertToBlob({ type: "image/png" }), fileName(title, "png"));
}
