/** What the address says of all charts: pure. */

import type { Span } from "./extent.ts";
import type { Middle, Spread } from "./grouping.ts";
import type { Scale } from "./picture.ts";
import { spansFromText } from "./spans.ts";

/** How wide a chart is in CSS pixels: the least, the greatest, and when the address does not say. */
export const SIZES = { least: 220, most: 900, usual: 380 };
/** The most that is smoothed. */
export const MOST_SMOOTH = 0.99;

/** What is chosen for the charts. */
export interface Chosen {
  /** `step`, `time`, `relative` or `metric:NAME`. */
  x: string;
  xScale: "linear" | "log";
  yScale: Scale;
  smooth: number;
  /** Whether outliers are left out of what the axis at the side spans. */
  clip: boolean;
  /** The part of the x that is looked at; null for all of it. */
  zoom: Span | null;
  /** What the axes at the side are fixed to, by series. */
  fixed: ReadonlyMap<string, Span>;
  /** The parameter whose equal values are one line. */
  group: string | null;
  middle: Middle;
  spread: Spread;
  find: string;
  /** The sections that are folded. */
  shut: ReadonlySet<string>;
  size: number;
  /** The series whose chart fills the window. */
  wide: string | null;
  /** Panels beside the lines. */
  also: ReadonlySet<string>;
}

/** Reads the choices; what is none of them is passed over, since anyone may type an address. */
export function chosenOf(query: URLSearchParams): Chosen {
  const x = query.get("x") ?? "step";
  const zoom: Span = [number(query.get("from")), number(query.get("to"))];
  return {
    x: /^(step|time|relative|metric:.+)$/.test(x) ? x : "step",
    xScale: query.get("xlog") === "1" ? "log" : "linear",
    yScale: oneOf(query.get("ylog"), ["linear", "log", "asinh"]),
    smooth: clamped(number(query.get("smooth"), 0), 0, MOST_SMOOTH),
    clip: query.get("clip") === "1",
    zoom: zoom[0] < zoom[1] ? zoom : null,
    fixed: spansFromText(query.getAll("yfix")),
    group: query.get("group"),
    middle: oneOf(query.get("mean"), ["mean", "median"]),
    spread: oneOf(query.get("band"), ["range", "std", "stderr", "ci"]),
    find: query.get("find") ?? "",
    shut: new Set(query.getAll("shut")),
    size: clamped(number(query.get("size"), SIZES.usual), SIZES.least, SIZES.most),
    wide: query.get("wide"),
    also: new Set(query.getAll("also")),
  };
}

/** The one of several texts that is chosen, or the first. */
function oneOf<Text extends string>(
  text: string | null,
  choices: readonly [Text, ...Text[]],
): Text {
  return choices.find((choice) => choice === text) ?? choices[0];
}

function number(text: string | null, otherwise = NaN): number {
  const value = text === null || text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : otherwise;
}

function clamped(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
