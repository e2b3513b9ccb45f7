/** Any value of JSON as one line of text. */

import { number } from "./number.ts";

/**
 * Returns the text that a table shows for a value: nothing for null, the rest as it is.
 *
 * @param digits how many digits of a number are kept; 17 keep all.
 */
export function text(value: unknown, digits = 6): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return number(value, digits);
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}
