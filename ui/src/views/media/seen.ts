/** Which images are looked at closely, as the address says it. */

import type { Numeric } from "../../data/types.ts";
import { parseStep } from "./steps.ts";

/** An image of a series: the experiment by its rank, and the step. */
export interface Seen {
  rank: number;
  step: Numeric;
}

/** Reads `RANK@STEP`, once or twice; what is none is passed over. */
export function parseSeen(texts: readonly string[]): Seen[] {
  return texts.slice(0, 2).flatMap((text) => {
    const [, digits, stepText] = /^(\d{1,9})@(-?\d+)$/.exec(text) ?? [];
    const step = parseStep(stepText ?? null);
    return digits === undefined || step === null ? [] : [{ rank: Number(digits), step }];
  });
}

/** Returns images as the address has them. */
export function seenAsText(seen: readonly Seen[]): string[] {
  return seen.map(({ rank, step }) => `${rank}@${step}`);
}
