/** Which picture or plot of each experiment is shown at a step, when experiments did not log at the same steps. */

import type { Numeric } from "../../data/types.ts";

/** What one experiment shows at a step. */
export type Shown<T> =
  | { kind: "exact"; entry: T }
  | { kind: "before"; entry: T }
  | { kind: "later"; first: Numeric }
  | { kind: "none" };

/** Orders two steps, also such that a double cannot tell apart. */
export function compareSteps(a: Numeric, b: Numeric): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const left = BigInt(a), right = BigInt(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Returns the steps at which any experiment has an entry, rising, each once. */
export function stepsOf(entries: readonly { step: Numeric }[]): Numeric[] {
  const sorted = entries.map((entry) => entry.step).sort(compareSteps);
  return sorted.filter((step, place) =>
    place === 0 || compareSteps(step, sorted[place - 1]!) !== 0
  );
}

/** Returns entries by experiment, each experiment's in the order of steps. */
export function byExperiment<T extends { id: string; step: Numeric }>(
  entries: readonly T[],
): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const entry of entries) {
    const known = found.get(entry.id);
    if (known) known.push(entry);
    else found.set(entry.id, [entry]);
  }
  for (const list of found.values()) list.sort((a, b) => compareSteps(a.step, b.step));
  return found;
}

/**
 * Returns what an experiment shows at a step: its entry of that step, else the nearest one before.
 *
 * @param entries its entries in the order of steps
 */
export function shownAt<T extends { step: Numeric }>(
  entries: readonly T[],
  step: Numeric,
): Shown<T> {
  if (entries.length === 0) return { kind: "none" };
  let low = 0, high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareSteps(entries[middle]!.step, step) <= 0) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return { kind: "later", first: entries[0]!.step };
  const entry = entries[low - 1]!;
  return { kind: compareSteps(entry.step, step) === 0 ? "exact" : "before", entry };
}

/** Returns the place in `steps` of the step itself, or of the nearest one before it; the last where no step is asked for. */
export function placeOf(steps: readonly Numeric[], step: Numeric | null): number {
  if (step === null) return steps.length - 1;
  const after = steps.findIndex((known) => compareSteps(known, step) > 0);
  return after < 0 ? steps.length - 1 : Math.max(0, after - 1);
}

/** Reads a step of an address: a whole number, or null for anything else. */
export function parseStep(text: string | null): Numeric | null {
  if (text === null || !/^-?\d{1,19}$/.test(text)) return null;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}
