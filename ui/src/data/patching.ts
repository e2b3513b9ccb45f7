/** Putting what comes live into what is known: pure. */

import type { Experiments, LiveRow } from "./types.ts";

/**
 * Returns experiments with what changed of some; columns that did not change are the same objects.
 *
 * @param before what is known.
 * @param rows the experiments that changed.
 * @returns nothing when more must have changed than a row tells: one is new, or ended, and so may have a version or an error.
 */
export function patched(before: Experiments, rows: readonly LiveRow[]): Experiments | null {
  const places = new Map(before.columns.id.map((id, place) => [id, place]));
  const { status } = before.columns;
  if (rows.some((row) => row.status !== status[places.get(row.id) ?? -1])) return null;
  const columns = {
    ...before.columns,
    heartbeat: [...before.columns.heartbeat],
    dropped: [...before.columns.dropped],
    values: [...before.columns.values],
  };
  for (const row of rows) {
    const place = places.get(row.id)!;
    columns.heartbeat[place] = row.heartbeat;
    columns.dropped[place] = row.dropped;
    columns.values[place] = row.values;
  }
  return { ...before, columns };
}
