/** How values look that cannot be drawn: at the upper or the lower edge, by what they are. */

import type { MarkKind } from "./line.ts";

/** The sign of a mark, and the edge it stands at. */
export const SIGNS: Record<MarkKind, { sign: string; edge: "top" | "bottom" }> = {
  NaN: { sign: "×", edge: "bottom" },
  Infinity: { sign: "▲", edge: "top" },
  "-Infinity": { sign: "▼", edge: "bottom" },
  "≤ 0": { sign: "▽", edge: "bottom" },
};
