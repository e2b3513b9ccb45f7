/** Where an axis has its lines, and what stands at them. */

import type { Span } from "./extent.ts";
import type { Scale } from "./picture.ts";

/**
 * Round numbers within a span.
 *
 * @param most about how many there may be.
 */
export function ticksOf(span: Span, scale: Scale, most: number): number[] {
  if (scale === "log") return logTicks(span, most);
  if (scale === "asinh") return asinhTicks(span, most);
  const ticks = linearTicks(span, roundStep((span[1] / most) - (span[0] / most)));
  return ticks.length > 1 || most > 16 ? ticks : ticksOf(span, scale, 2 * most); // one tells no scale
}

/** Times in seconds, as clocks and calendars divide them, within a span. */
export function timeTicks(span: Span, most: number): number[] {
  const wanted = (span[1] - span[0]) / most;
  return linearTicks(span, CLOCK.find((step) => step >= wanted) ?? roundStep(wanted / DAY) * DAY);
}

const DAY = 86_400;
const CLOCK = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30]
  .concat([
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10_800,
    21_600,
    43_200,
    DAY,
    2 * DAY,
    7 * DAY,
  ]);

function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  const lead = wanted / power * (1 - 1e-9);
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

function linearTicks([from, to]: Span, step: number): number[] {
  if (!(step > 0) || !Number.isFinite(step)) return [from];
  const ticks: number[] = [];
  const last = Math.floor(to / step + 1e-9);
  for (let n = Math.ceil(from / step - 1e-9); n <= last && ticks.length < 100; n++) {
    ticks.push(Number((n * step).toPrecision(12)));
  }
  return ticks;
}

function logTicks([from, to]: Span, most: number): number[] {
  const first = Math.floor(Math.log10(from));
  const last = Math.ceil(Math.log10(to));
  const within = (value: number) => value >= from && value <= to && Number.isFinite(value);
  for (const leads of [[1, 2, 3, 5], [1, 3], [1]]) {
    const ticks = powers(first, last, 1).flatMap((power) => leads.map((lead) => lead * 10 ** power))
      .filter(within);
    if (ticks.length <= most && ticks.length > 1) return ticks;
  }
  const ticks = powers(first, last, Math.ceil((last - first) / most)).map((power) => 10 ** power)
    .filter(within);
  return ticks.length > 1 ? ticks : linearTicks([from, to], roundStep((to - from) / most));
}

function powers(first: number, last: number, by: number): number[] {
  const found: number[] = [];
  for (let power = Math.ceil(first / by) * by; power <= last; power += by) found.push(power);
  return found;
}

function asinhTicks([from, to]: Span, most: number): number[] {
  const side = (end: number) => end > 1 ? logTicks([1, end], Math.ceil(most / 2)) : [];
  const ticks = [...side(-from).reverse().map((tick) => -tick), 0, ...side(to)];
  const found = ticks.filter((tick) => tick >= from && tick <= to);
  return found.length > 1 ? found : linearTicks([from, to], roundStep((to - from) / most));
}

/** A number as it stands at an axis: as short as it may be without being taken for another. */
export function tickLabel(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return power(Number(value.toPrecision(6)));
  return String(Number(value.toPrecision(6)));
}

function power(value: number): string {
  const [lead, exponent] = value.toExponential().split("e");
  const size = Math.abs(value);
  for (const [unit, letter] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) {
    if (size >= unit && size < 1e15) return `${Number((value / unit).toPrecision(6))}${letter}`;
  }
  return `${lead}e${Number(exponent)}`;
}

/** A length of time in seconds, as it stands at an axis: `90` is `1m 30s`. */
export function durationLabel(seconds: number): string {
  if (seconds === 0) return "0";
  if (Math.abs(seconds) < 60) return `${Number(seconds.toPrecision(6))}s`;
  const units = [[DAY, "d"], [3600, "h"], [60, "m"], [1, "s"]] as const;
  let left = Math.round(Math.abs(seconds));
  const parts: string[] = [];
  for (const [unit, letter] of units) {
    const whole = Math.floor(left / unit);
    left -= whole * unit;
    if (whole) parts.push(`${whole}${letter}`);
  }
  return (seconds < 0 ? "-" : "") + parts.slice(0, 2).join(" ");
}

/** A moment in seconds since 1970, as it stands at an axis that spans so many seconds; in the reader's own time zone. */
export function momentLabel(seconds: number, spanned: number): string {
  const form: Intl.DateTimeFormatOptions = spanned > 3 * DAY
    ? { day: "numeric", month: "short" }
    : spanned > 6 * 60
    ? { hour: "2-digit", minute: "2-digit" }
    : {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      ...(spanned < 10 && { fractionalSecondDigits: spanned < 1 ? 3 : 1 }),
    };
  return new Intl.DateTimeFormat(undefined, { ...form, hourCycle: "h23" }).format(seconds * 1000);
}
