/** Ordering experiments by a column: pure. */

import type { Column } from "./columns.ts";

/** What a table is ordered by. */
export interface Order {
  key: string;
  descending: boolean;
}

/** Reads an order as the address has it: a column's key, with `-` before it for descending. */
export function orderOf(text: string | null): Order | null {
  if (!text) return null;
  return text.startsWith("-")
    ? { key: text.slice(1), descending: true }
    : { key: text, descending: false };
}

/**
 * Returns the order that comes when a column's title is pressed: one way, the other way, none.
 *
 * @param descending whether the greatest comes first at first.
 */
export function nextOrder(order: Order | null, key: string, descending = false): string | null {
  const [first, then] = descending ? [`-${key}`, key] : [key, `-${key}`];
  if (order?.key !== key) return first;
  return order.descending === descending ? then : null;
}

/**
 * Returns places in the order of a column's values. Equal values keep their order; what has no value, or NaN, comes last both ways.
 *
 * @param places what is ordered; it stays as it is.
 * @param column whose values decide.
 * @param descending whether the greatest comes first.
 */
export function ordered(
  places: readonly number[],
  { values, kind }: Column,
  descending: boolean,
): number[] {
  const keys = new Map(
    places.map((place) => [place, comparable(values[place], kind === "number" || kind === "span")]),
  );
  const sign = descending ? -1 : 1;
  return [...places].sort((one, other) => {
    const [a, b] = [keys.get(one)!, keys.get(other)!];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === "number" && typeof b === "number") return sign * (a < b ? -1 : a > b ? 1 : 0);
    return sign * collator.compare(String(a), String(b));
  });
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function comparable(value: unknown, numeric: boolean): number | string | null {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "number") return value;
  if (!numeric) return String(value);
  const number = Number(value); // an integer beyond 2**53, or Infinity
  return Number.isNaN(number) ? null : number;
}
