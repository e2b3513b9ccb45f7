/** The axis below: what is asked of the server for it, and how its values are written. */

import type { Span } from "./extent.ts";
import { durationLabel, momentLabel, tickLabel, ticksOf, timeTicks } from "./ticks.ts";

/** What lies along the axis below. */
export interface Axis {
  title: string;
  /** Round values within a span, about as many as given. */
  ticks(span: Span, most: number): number[];
  /** A value as it stands at the axis, given what the axis spans. */
  label(value: number, span: Span): string;
  /** A value as it is told exactly. */
  exact(value: number): string;
}

const number = (title: string, log: boolean): Axis => ({
  title,
  ticks: (span, most) => ticksOf(span, log ? "log" : "linear", most),
  // Within a wide span the part of a step means nothing.
  label: (value, [from, to]) =>
    tickLabel(title === "step" && to - from > 20 ? Math.round(value) : value),
  exact: (value) => title === "step" ? stepLabel(value) : String(Number(value.toPrecision(10))),
});

/** A step, or about which step the middle of a bucket is. */
function stepLabel(value: number): string {
  return Number.isInteger(value)
    ? value.toLocaleString("en-US")
    : `≈ ${Math.round(value).toLocaleString("en-US")}`;
}

/**
 * Returns the axis that a choice names.
 *
 * @param x `step`, `time`, `relative` or `metric:NAME`; times are in seconds.
 */
export function axisOf(x: string, log: boolean): Axis {
  if (x === "time") {
    return {
      title: "time",
      ticks: timeTicks,
      label: (value, [from, to]) => momentLabel(value, to - from),
      exact: (value) => new Date(value * 1000).toLocaleString(),
    };
  }
  if (x === "relative") {
    return {
      title: "time since the beginning",
      ticks: log ? (span, most) => ticksOf(span, "log", most) : timeTicks,
      label: durationLabel,
      exact: durationLabel,
    };
  }
  return number(x.startsWith("metric:") ? x.slice("metric:".length) : x, log);
}
