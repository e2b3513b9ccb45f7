/** Parallel coordinates: an axis for each parameter or metric, a line for each experiment, brushes on every axis. */

import { padded, type Span } from "./extent.ts";
import { tickLabel, ticksOf } from "./ticks.ts";

/** A value of a column. */
export type Value = number | string | boolean | null;

/** One of the axes. Positions on it run from 0 at its foot to 1 at its head. */
export interface ParallelAxis {
  key: string;
  title: string;
  scale: "linear" | "log" | "category";
  /** The ends of the numbers, or of the numbers of the categories. */
  span: Span;
  categories: readonly string[];
}

const WIDELY = 50; // times the least number that make a span wide

/** What is selected on an axis: from, to, in its numbers or the numbers of its categories. */
export type Brush = Span;

/**
 * Makes the axis of a column. Numbers over many powers of two, as learning rates are, get a logarithmic one.
 *
 * @param values one an experiment; what is not finite has no place.
 */
export function parallelAxis(key: string, title: string, values: readonly Value[]): ParallelAxis {
  const present = values.filter((value) => value !== null && value !== "");
  const numbers = present.filter((value): value is number =>
    typeof value === "number" && Number.isFinite(value)
  );
  if (numbers.length && present.every((value) => typeof value === "number")) {
    const least = numbers.reduce((a, b) => Math.min(a, b));
    const greatest = numbers.reduce((a, b) => Math.max(a, b));
    const scale = least > 0 && greatest / least >= WIDELY ? "log" : "linear";
    const span: Span = least === greatest ? padded(least, greatest, scale) : [least, greatest];
    return { key, title, scale, span, categories: [] };
  }
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  const categories = [...new Set(present.map(String))].sort(compare);
  return {
    key,
    title,
    scale: "category",
    span: [-0.5, Math.max(categories.length, 1) - 0.5],
    categories,
  };
}

/** The number of a value on its axis; null for one that has no place there. */
export function numberOn(axis: ParallelAxis, value: Value): number | null {
  if (value === null) return null;
  if (axis.scale !== "category") {
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  }
  const place = axis.categories.indexOf(String(value));
  return place < 0 ? null : place;
}

/** Where a number of an axis stands, from 0 to 1. */
export function positionOn(axis: ParallelAxis, number: number): number {
  const [from, to] = axis.scale === "log" ? axis.span.map(Math.log) as Span : axis.span;
  const value = axis.scale === "log" ? Math.log(number) : number;
  return (value / 2 - from / 2) / (to / 2 - from / 2);
}

/** The number of an axis that stands at a position. */
export function numberAt(axis: ParallelAxis, position: number): number {
  const [from, to] = axis.span;
  if (axis.scale === "log") return from * Math.pow(to / from, position);
  return from * (1 - position) + to * position;
}

/** What stands along an axis. */
export function labelsOn(axis: ParallelAxis, most: number): { at: number; text: string }[] {
  if (axis.scale !== "category") {
    return ticksOf(axis.span, axis.scale, most).map((tick) => ({
      at: positionOn(axis, tick),
      text: tickLabel(tick),
    }));
  }
  const by = Math.ceil(axis.categories.length / (2 * most));
  return axis.categories.map((text, place) => ({ at: positionOn(axis, place), text }))
    .filter((_, place) => place % by === 0);
}

/** Whether an experiment is within all brushes; one without a value on a brushed axis is not. */
export function passes(
  axes: readonly ParallelAxis[],
  brushes: ReadonlyMap<string, Brush>,
  valueOn: (axis: ParallelAxis) => Value,
): boolean {
  return axes.every((axis) => {
    const brush = brushes.get(axis.key);
    if (!brush) return true;
    const number = numberOn(axis, valueOn(axis));
    return number !== null && number >= brush[0] && number <= brush[1];
  });
}
