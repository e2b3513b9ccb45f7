/** What parallel coordinates, scatter and grouping ask of the experiments: one value each, in the order of the table. */

import type { Experiments } from "../data/types.ts";
import type { Value } from "./parallel.ts";

/** A parameter of the experiments or the last value of a metric; its key is `param:NAME` or `metric:NAME`. */
export interface Column {
  key: string;
  title: string;
  values: Value[];
}

/** Returns all columns: first the parameters that are not the same in all experiments, then the metrics. */
export function columnsOf(experiments: Experiments): Column[] {
  const parameters = experiments.parameters
    .map(({ name, values }) => ({ key: `param:${name}`, title: name, values: values.map(plain) }))
    .filter(({ values }) => new Set(values).size > 1);
  const metrics = experiments.metrics
    .map(({ name, last }) => ({ key: `metric:${name}`, title: name, values: last.map(plain) }));
  return [...parameters, ...metrics];
}

/**
 * Chooses the axes that tell most when nobody has said: parameters that differ and are not a name for each experiment,
 * then metrics.
 */
export function usualAxes(columns: readonly Column[]): string[] {
  const telling = columns.filter(({ key, values }) => {
    if (key.startsWith("metric:")) return false;
    const different = new Set(values).size;
    return values.some((value) => typeof value === "number") || different <= 12;
  });
  const metrics = columns.filter(({ key }) => key.startsWith("metric:"));
  return [...telling.slice(0, 5), ...metrics.slice(0, 2)].map(({ key }) => key);
}

/** A value as an axis takes it: text that stands for a number that JSON has none for is that number. */
function plain(value: Value): Value {
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  return typeof value === "string" && /^-?\d{16,}$/.test(value) ? Number(value) : value;
}
