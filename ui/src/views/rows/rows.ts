/** Rows of tables that several experiments logged under one name: put together, ordered, found. */

import type { Rows } from "../../data/types.ts";

/** A row with the experiment that it is of. */
export interface OwnedRow {
  id: string;
  cells: readonly unknown[];
}

/** The tables of several experiments as one. */
export interface Merged {
  columns: { name: string; type: string }[];
  rows: OwnedRow[];
}

/**
 * Puts tables below each other. Columns of one name are one; a table that lacks it has nothing there.
 *
 * @param tables each with its experiment.
 */
export function merged(tables: readonly { id: string; table: Rows }[]): Merged {
  const columns: Merged["columns"] = [];
  const places = new Map<string, number>();
  for (const { table } of tables) {
    for (const column of table.columns) {
      if (!places.has(column.name)) {
        places.set(column.name, columns.length);
        columns.push(column);
      }
    }
  }
  const rows = tables.flatMap(({ id, table }) => {
    const targets = table.columns.map((column) => places.get(column.name)!);
    const isSame = targets.length === columns.length && targets.every((to, from) => to === from);
    return table.rows.map((cells) => {
      if (isSame) return { id, cells };
      const moved: unknown[] = Array(columns.length).fill(null);
      targets.forEach((to, from) => moved[to] = cells[from]);
      return { id, cells: moved };
    });
  });
  return { columns, rows };
}

/** How rows are ordered: a column, and whether its greatest value comes first. */
export interface Order {
  column: string;
  falls: boolean;
}

/** Reads an order of an address: a column's name, with `-` before it for descending. */
export function parseOrder(text: string | null): Order | null {
  if (!text) return null;
  return text.startsWith("-")
    ? { column: text.slice(1), falls: true }
    : { column: text, falls: false };
}

/** Returns what a click on a column's head makes of an order: rising, then falling, then as it was logged. */
export function nextOrder(order: Order | null, column: string): string | null {
  if (order?.column !== column) return column;
  return order.falls ? null : `-${column}`;
}

/** Returns rows in an order; what is missing comes last whichever way, and equal rows stay as they are. */
export function ordered({ columns, rows }: Merged, order: Order | null): OwnedRow[] {
  const place = columns.findIndex((column) => column.name === order?.column);
  if (!order || place < 0) return rows;
  const sign = order.falls ? -1 : 1;
  return rows.toSorted((a, b) => {
    const left = a.cells[place], right = b.cells[place];
    const lacks = Number(isMissing(left)) - Number(isMissing(right));
    return lacks || sign * compareCells(left, right);
  });
}

const INFINITE: Record<string, number> = { Infinity, "-Infinity": -Infinity };

/** Orders two values of a column: numbers by size, also those that came as text, all else as a person reads it. */
export function compareCells(left: unknown, right: unknown): number {
  const a = numberOf(left), b = numberOf(right);
  if (a !== null && b !== null) return a < b ? -1 : a > b ? 1 : 0;
  if (a !== null || b !== null) return a !== null ? -1 : 1;
  return readable.compare(cellText(left), cellText(right));
}

const readable = new Intl.Collator(undefined, { numeric: true });

function numberOf(value: unknown): number | bigint | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return null;
  if (value in INFINITE) return INFINITE[value]!;
  return /^-?\d{16,}$/.test(value) ? BigInt(value) : null;
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || value === "NaN";
}

/** Returns a value as text: nested ones as JSON. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
