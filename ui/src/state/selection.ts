/** Which experiments are selected, pinned, hidden or soloed, and which is the baseline: pure, over ranks. */

import { ranksAsText, ranksFromText } from "./query.ts";
import type { Change } from "./query.ts";

/** How many of the newest experiments are selected when the address does not say. */
export const NEWEST = 10;

/** What the address says of the experiments of a model, as ranks in order. */
export interface Selection {
  runs: number[];
  pinned: number[];
  hidden: number[];
  solo: number | null;
  baseline: number | null;
}

/**
 * Reads the selection out of an address.
 *
 * @param query the address's choices.
 * @param count how many experiments the model has: their ranks are 0 to `count - 1`.
 */
export function selectionOf(query: URLSearchParams, count: number): Selection {
  const ranks = (key: string) => ranksFromText(query.get(key) ?? "", count);
  const newest = Array.from({ length: Math.min(NEWEST, count) }, (_, i) => count - 1 - i).reverse();
  return {
    runs: query.has("runs") ? ranks("runs") : newest,
    pinned: ranks("pin"),
    hidden: ranks("hide"),
    solo: ranks("solo")[0] ?? null,
    baseline: ranks("base")[0] ?? null,
  };
}

/** Returns the ranks that are drawn: the soloed one, or what is selected and not hidden, and what it is compared with. */
export function drawnOf({ runs, hidden, solo, baseline }: Selection): number[] {
  if (solo !== null) return [solo];
  const wanted = baseline === null || runs.includes(baseline) ? runs : [...runs, baseline];
  const left = new Set(hidden);
  return wanted.filter((rank) => !left.has(rank)).sort((a, b) => a - b);
}

/** Returns the ranks that stand above the others: what is compared with, then what is pinned. */
export function onTop({ baseline, pinned }: Selection): number[] {
  return [...new Set([...(baseline === null ? [] : [baseline]), ...pinned])];
}

/** Returns the choice that selects an experiment, or no longer selects it. */
export function toggled({ runs }: Selection, rank: number): Change {
  return selecting(runs.includes(rank) ? runs.filter((one) => one !== rank) : [...runs, rank]);
}

/** Returns the choice that selects these experiments and no others; `none` stays said, as the newest are meant otherwise. */
export function selecting(ranks: Iterable<number>): Change {
  return { runs: ranksAsText(ranks) || "none" };
}

/** Returns the choice that has a list of ranks contain another, or no longer contain it. */
export function flipped(key: "pin" | "hide", ranks: readonly number[], rank: number): Change {
  return {
    [key]: ranksAsText(
      ranks.includes(rank) ? ranks.filter((one) => one !== rank) : [...ranks, rank],
    ),
  };
}
