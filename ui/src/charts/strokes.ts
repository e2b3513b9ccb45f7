/** Many lines or dots as few paths of SVG: those of one look are one path, so ten thousand are as quick as ten. */

import type { Look } from "../design/palette.ts";

/** A path and its look. */
export interface Path {
  look: Look;
  d: string;
}

/**
 * Joins the pieces of one look.
 *
 * @param pieces each a path of its own.
 */
export function pathsOf(pieces: readonly { look: Look; d: string }[]): Path[] {
  const paths = new Map<string, { look: Look; parts: string[] }>();
  for (const { look, d } of pieces) {
    const key = `${look.colour} ${look.dash.join()}`;
    const path = paths.get(key) ?? { look, parts: [] };
    path.parts.push(d);
    paths.set(key, path);
  }
  return [...paths.values()].map(({ look, parts }) => ({ look, d: parts.join("") }));
}
