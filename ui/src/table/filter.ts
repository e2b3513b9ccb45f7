/**
 * Searching for experiments: pure. A word is searched for in names, states, errors and parameters that are text; `lr<0.01` compares
 * a parameter, a fact or a metric's last value, by its name or the end of it.
 */

import type { Column } from "./columns.ts";

/** Says of the place of an experiment whether it is one of those that are searched for. */
export type Test = (place: number) => boolean;

const COMPARISON = /^(.+?)(<=|>=|!=|=|<|>|:)(.*)$/;

/**
 * Returns what a text asks for. A comparison with a name that no column has is searched for as a word.
 *
 * @param wanted words and comparisons, by spaces; all must hold.
 * @param columns what may be compared.
 * @param names the experiments' names.
 */
export function testOf(wanted: string, columns: readonly Column[], names: readonly string[]): Test {
  const tests = wanted.split(/\s+/).filter(Boolean).map((word) => {
    const found = COMPARISON.exec(word);
    const column = found && named(columns, found[1]!);
    return column ? comparison(column, found[2]!, found[3]!) : containing(word, columns, names);
  });
  return (place) => tests.every((test) => test(place));
}

function named(columns: readonly Column[], name: string): Column | undefined {
  const wanted = name.toLowerCase();
  const called = (column: Column) => column.title.toLowerCase();
  const candidates = columns.filter(({ group, note }) => group !== "metrics" || note === "last");
  return candidates.find((column) => called(column) === wanted || column.key === wanted) ??
    candidates.find((column) => called(column).endsWith(`/${wanted}`));
}

function comparison({ kind, values }: Column, sign: string, side: string): Test {
  const number = side === "" ? NaN : Number(side);
  const numeric = (kind === "number" || kind === "span") && !Number.isNaN(number);
  return (place) => {
    const value = values[place];
    if (value === null || value === undefined) return sign === "!=";
    if (sign === ":") return String(value).toLowerCase().includes(side.toLowerCase());
    const order = numeric
      ? Number(value) - number
      : compared(String(value).toLowerCase(), side.toLowerCase());
    return HOLDS[sign]!(order);
  };
}

const HOLDS: Record<string, (order: number) => boolean> = {
  "<": (order) => order < 0,
  ">": (order) => order > 0,
  "<=": (order) => order <= 0,
  ">=": (order) => order >= 0,
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
};

function compared(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function containing(word: string, columns: readonly Column[], names: readonly string[]): Test {
  const wanted = word.toLowerCase();
  const searched = columns.filter(({ group, kind, key }) =>
    kind === "text" && (group === "parameters" || ["error", "version", "id"].includes(key)) ||
    kind === "status"
  );
  return (place) =>
    names[place]!.toLowerCase().includes(wanted) ||
    searched.some(({ values }) =>
      values[place] !== null && String(values[place]).toLowerCase().includes(wanted)
    );
}
