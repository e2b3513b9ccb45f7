/** Numbers as a person reads them. */

import type { Numeric } from "../data/types.ts";

const whole = new Intl.NumberFormat("en-US");

/**
 * Returns a number in at most so many digits that tell something, with an exponent where zeros would be counted.
 *
 * @param value a number, or its text where JSON has none.
 * @param digits how many digits are kept.
 */
export function number(value: Numeric | null | undefined, digits = 5): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return NAMES[value] ?? value;
  if (Number.isInteger(value) && Math.abs(value) < 1e12) return whole.format(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) {
    return value.toExponential(digits - 2).replace(/\.?0+e/, "e");
  }
  return String(Number(value.toPrecision(digits)));
}

const NAMES: Record<string, string> = { NaN: "NaN", Infinity: "∞", "-Infinity": "−∞" };

/** Returns a difference with its sign, as in `+0.02`; nothing when a side has no number. */
export function difference(
  value: Numeric | null | undefined,
  base: Numeric | null | undefined,
): string {
  if (typeof value !== "number" || typeof base !== "number") return "";
  const gap = value - base;
  return gap === 0 ? "±0" : (gap > 0 ? "+" : "−") + number(Math.abs(gap), 3);
}

/** Returns a count in short, as in `1.2k` or `3.4M`. */
export function short(count: number): string {
  return count < 1000 ? String(count) : compact.format(count).replace("K", "k");
}

const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** Returns a count with its noun, as in `1 run` or `2 runs`. */
export function counted(count: number, noun: string): string {
  return `${whole.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Returns a size in bytes, as in `4.1 MB`. */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = size < 1 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), units.length - 1);
  return `${Number((size / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
