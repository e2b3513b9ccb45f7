/** Changing a query and writing lists into it: pure. */

import type { Key } from "./keys.ts";

/** New values of keys; null, false, an empty text and an empty list take the key away. */
export type Change = Partial<Record<Key, string | number | boolean | readonly string[] | null>>;

/**
 * Returns a query with some of its keys changed, and the others in their order.
 *
 * @param query what it was; it stays as it is.
 * @param change the keys' new values.
 */
export function changed(query: URLSearchParams, change: Change): URLSearchParams {
  const result = new URLSearchParams(query);
  for (const [key, value] of Object.entries(change)) {
    result.delete(key);
    if (Array.isArray(value)) value.forEach((one) => result.append(key, one));
    else if (value === true) result.set(key, "1");
    else if (value !== null && value !== false && value !== "") result.set(key, String(value));
  }
  return result;
}

/**
 * Returns a query as it is written into an address: colons, commas and slashes stay readable.
 *
 * @returns `?…`, or nothing for an empty query.
 */
export function written(query: URLSearchParams): string {
  const text = query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll(
    "%2F",
    "/",
  );
  return text && `?${text}`;
}

/**
 * Returns ranks as text: `[0, 1, 2, 9]` is `0-2,9`. A thousand selected experiments fit into an address so.
 */
export function ranksAsText(ranks: Iterable<number>): string {
  const sorted = [...new Set(ranks)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length;) {
    let end = i;
    while (sorted[end + 1] === sorted[end]! + 1) end++;
    parts.push(end > i ? `${sorted[i]}-${sorted[end]}` : `${sorted[i]}`);
    i = end + 1;
  }
  return parts.join(",");
}

/**
 * Returns the ranks that a text names, in order; what is no rank is passed over, since anyone may type an address.
 *
 * @param text what {@link ranksAsText} returned.
 * @param count how many experiments there are: higher ranks are passed over too.
 */
export function ranksFromText(text: string, count: number): number[] {
  const ranks = new Set<number>();
  for (const part of text.split(",")) {
    const found = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
    if (!found) continue;
    const last = Math.min(Number(found[2] ?? found[1]), count - 1);
    for (let rank = Number(found[1]); rank <= last; rank++) ranks.add(rank);
  }
  return [...ranks].sort((a, b) => a - b);
}
