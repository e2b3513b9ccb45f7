/** What parallel coordinates, scatter and grouping ask of the experiments: one value each, by rank. */

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
  const places = placesByRank(experiments);
  const ranked = (values: readonly Value[]) => places.map((place) => plain(values[place] ?? null));
  const parameters = experiments.parameters
    .map(({ name, values }) => ({ key: `param:${name}`, title: name, values: ranked(values) }))
    .filter(({ values }) => new Set(values).size > 1);
  const metrics = experiments.metrics
    .map(({ name, last }) => ({ key: `metric:${name}`, title: name, values: ranked(last) }));
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

/** The parameter with the most different numbers, or else such a metric: dots over few values lie on each other. */
export function mostVaried(columns: readonly Column[]): Column | undefined {
  const numbers = ({ values }: Column) =>
    new Set(values.filter((value) => typeof value === "number")).size;
  const parameters = columns.filter(({ key }) => key.startsWith("param:"));
  const found = (parameters.some((one) => numbers(one) > 0) ? parameters : columns)
    .toSorted((a, b) => numbers(b) - numbers(a))[0];
  return found && numbers(found) > 0 ? found : undefined;
}

/** A value as an axis takes it: text that stands for a number that JSON has none for is that number. */
function plain(value: Value): Value {
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  return typeof value === "string" && /^-?\d{16,}$/.test(value) ? Number(value) : value;
}

/** The place in the answer's columns of the experiment of each rank. */
export function placesByRank({ columns }: Experiments): number[] {
  const places: number[] = [];
  columns.rank.forEach((rank, place) => places[rank] = place);
  return places;
}
