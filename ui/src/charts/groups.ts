/** Which experiments are one line: those with an equal parameter. */

import { lookOf, toldApart } from "../design/palette.ts";
import type { Group } from "./grouping.ts";

/**
 * Divides experiments by a parameter. A group's look comes from its place among the groups in the order in which their
 * first experiments were created, so it stays when others are selected or created later.
 *
 * @param ids all of the model's experiments by rank.
 * @param values their parameter by rank; null where it was not set.
 * @param name the parameter's.
 * @param dark whether the page is dark.
 */
export function groupsOf(
  ids: readonly string[],
  values: readonly unknown[],
  name: string,
  dark: boolean,
): Group[] {
  const members = new Map<string, string[]>();
  ids.forEach((id, rank) => {
    const value = values[rank];
    const key = value === null || value === undefined ? `no ${name}` : `${name} = ${String(value)}`;
    const found = members.get(key);
    if (found) found.push(id);
    else members.set(key, [id]);
  });
  const groups = [...members].map(([key, ids], place) => ({
    key,
    label: key,
    ids,
    ...lookOf(place, dark),
  }));
  return toldApart(groups);
}
