/** Any value of JSON as one line of text. */

import { number } from "./number.ts";

/** Returns the text that a table shows for a value: nothing for null, numbers in short, the rest as it is. */
export function text(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return number(value, 6);
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}
