/** Evaluations in the order in which they are shown, and their metrics side by side: pure. */

import { goalOf } from "../../data/goal.ts";
import type { Evaluation, Numeric } from "../../data/types.ts";

/** Returns evaluations by version, the newest version first; those of one keep their order. */
export function byVersion(evaluations: readonly Evaluation[]): [string, Evaluation[]][] {
  const found = Map.groupBy(evaluations, ({ version }) => version);
  return [...found].sort(([a], [b]) => b.localeCompare(a, "en", { numeric: true }));
}

/** A metric with the value of each evaluation; null where it has none. */
export type Line = [name: string, values: (Numeric | null)[]];

/** Returns the metrics of evaluations by subset, those of no subset first, each in the order in which it was logged. */
export function lines(evaluations: readonly Evaluation[]): [string | null, Line[]][] {
  const subsets = new Map<string | null, Map<string, Line>>();
  evaluations.forEach(({ metrics }, column) => {
    for (const { subset, name, value } of metrics) {
      if (!subsets.has(subset)) subsets.set(subset, new Map());
      const rows = subsets.get(subset)!;
      if (!rows.has(name)) rows.set(name, [name, evaluations.map(() => null)]);
      rows.get(name)![1][column] = value;
    }
  });
  return [...subsets].sort(([a], [b]) => Number(a !== null) - Number(b !== null)).map((
    [subset, rows],
  ) => [subset, [...rows.values()]]);
}

/** Returns which way a metric is better: 1 for more, -1 for less, 0 for counts, of which neither is. */
export function betterOf(metric: string): -1 | 0 | 1 {
  if (/(^|_)count$/.test(metric)) return 0;
  return /^false_/.test(metric) || goalOf(metric) === "least" ? -1 : 1;
}
