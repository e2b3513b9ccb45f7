/** The columns that a table of experiments can have, and those that it has: pure. */

import type { Experiments, MetricColumn } from "../data/types.ts";
import { type Goal, goalOf } from "../data/goal.ts";
import { number } from "../format/number.ts";
import { text } from "../format/value.ts";

/** How the values of a column are shown and ordered. */
export type Kind = "text" | "number" | "status" | "time" | "span";

/** A column: a value for each experiment, in the order of the answer. */
export interface Column {
  /** `status`, `p:NAME` for a parameter, `m:NAME:STATISTIC` for a metric. */
  key: string;
  title: string;
  /** What is said under the title. */
  note: string;
  group: "facts" | "parameters" | "metrics";
  kind: Kind;
  /** In pixels. */
  width: number;
  values: readonly unknown[];
  /** Which of two values is better; null where neither is. */
  goal: Goal | null;
  /** Whether it is shown when nothing was chosen. */
  usual: boolean;
}

/** What may be shown of a metric. */
export const STATISTICS = ["last", "best", "min", "max", "first"] as const;

/**
 * Returns all columns of a model's experiments: facts, parameters, metrics.
 *
 * @param experiments the model's answer.
 */
export function columnsOf({ columns, parameters, metrics }: Experiments): Column[] {
  const lasting = columns.created.map((created, place) => {
    const end = columns.finished[place] ?? columns.heartbeat[place];
    return created && end ? (Date.parse(end) - Date.parse(created)) / 1000 : null;
  });
  const facts: Column[] = [
    fact("status", "Status", "status", columns.status, true),
    fact("created", "Began", "time", columns.created, true),
    fact("lasting", "Took", "span", lasting, true),
    fact("version", "Version", "text", columns.version, columns.version.some(Boolean)),
    fact("values", "Values", "number", columns.values, false),
    fact(
      "dropped",
      "Dropped",
      "number",
      columns.dropped,
      false,
    ),
    fact("heartbeat", "Last sign of life", "time", columns.heartbeat, false),
    fact("error", "Error", "text", columns.error, false),
    fact("transform", "Transform", "text", columns.transform, false),
    fact("source", "Source", "text", columns.source, false),
    fact("code_version", "Code version", "text", columns.code_version, false),
    fact("id", "Id", "text", columns.id, false),
  ];
  return [
    ...facts,
    ...parameters.map(({ name, type, values }): Column => {
      const kind = /int|double|float|decimal|long|number/.test(type) ? "number" : "text";
      return {
        ...column(`p:${name}`, name, type, kind, values),
        group: "parameters",
        goal: null,
        usual: true,
      };
    }),
    ...metrics.flatMap((metric) =>
      STATISTICS.map((statistic): Column => {
        const goal = goalOf(metric.name);
        const note = statistic === "best" ? `best: ${goal}` : statistic;
        return {
          ...column(
            `m:${metric.name}:${statistic}`,
            metric.name,
            note,
            "number",
            statisticOf(metric, statistic, goal),
          ),
          group: "metrics",
          goal,
          usual: statistic === "last",
        };
      })
    ),
  ];
}

function statisticOf(
  metric: MetricColumn,
  statistic: typeof STATISTICS[number],
  goal: Goal,
): readonly unknown[] {
  if (statistic === "best") return goal === "least" ? metric.min : metric.max;
  return metric[statistic];
}

function fact(
  key: string,
  title: string,
  kind: Kind,
  values: readonly unknown[],
  usual: boolean,
): Column {
  return { ...column(key, title, "", kind, values), group: "facts", goal: null, usual };
}

const WIDTHS: Record<Kind, number> = { text: 64, number: 88, status: 132, time: 100, span: 72 };
const LETTER = 7.8; // pixels, and some for the space at the sides
const SIDES = 32;
const LOOKED_AT = 300; // values, of which the longest decides how wide a column of text is
const FRACTION = 9; // letters of the longest number with a fraction, as in 0.0012345

function column(
  key: string,
  title: string,
  note: string,
  kind: Kind,
  values: readonly unknown[],
) {
  const longest = kind === "text"
    ? Math.max(0, ...values.slice(0, LOOKED_AT).map((value) => text(value).length))
    : kind === "number"
    ? longestNumber(values)
    : 0;
  const wanted = Math.round(LETTER * Math.max(title.length, longest) + SIDES);
  return { key, title, note, kind, width: Math.min(Math.max(WIDTHS[kind], wanted), 220), values };
}

/** How many letters numbers have at most as the table shows them; the signs of few are longer than that of the extremes. */
function longestNumber(values: readonly unknown[]): number {
  let [least, greatest, broken] = [0, 0, false];
  for (const value of values) {
    if (typeof value !== "number") continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    broken ||= !Number.isInteger(value);
  }
  const whole = Math.max(number(least).length, number(greatest).length);
  return broken ? Math.max(whole, FRACTION + (least < 0 ? 1 : 0)) : whole;
}

/**
 * Returns the columns that are shown.
 *
 * @param columns all of them.
 * @param flipped keys of those that are shown and usually are not, or the other way round.
 */
export function shownColumns(columns: readonly Column[], flipped: readonly string[]): Column[] {
  const other = new Set(flipped);
  return columns.filter(({ key, usual }) => usual !== other.has(key));
}
