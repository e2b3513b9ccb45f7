/** Times as a person reads them, in the browser's time zone. */

const STEPS: readonly [number, string][] = [[60, "s"], [60, "min"], [24, "h"], [30, "d"], [
  12,
  "mo",
], [Infinity, "y"]];

/**
 * Returns how long ago a time was, as in `5 min ago`.
 *
 * @param time ISO 8601, or nothing.
 * @param now milliseconds since 1970.
 */
export function ago(time: string | null, now: number): string {
  if (!time) return "";
  const passed = (now - Date.parse(time)) / 1000;
  return passed < 10 ? "now" : `${span(passed)} ago`;
}

/** Returns a length of time in its greatest unit, as in `3 h`. */
export function span(seconds: number): string {
  if (seconds > 0 && seconds < 0.1) return `${Math.ceil(seconds * 1000)} ms`;
  let left = seconds;
  for (const [size, unit] of STEPS) {
    if (left < size) {
      return `${
        left < 10 && unit === "s" ? Number(left.toPrecision(2)) : Math.floor(left)
      } ${unit}`;
    }
    left /= size;
  }
  return "";
}

/** Returns a time to the second, as in `2026-11-26 14:05:09`. */
export function moment(time: string | null): string {
  if (!time) return "";
  const date = new Date(time);
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
