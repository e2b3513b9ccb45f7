/** Reading tables from the server, in pieces of the size that it gives at once. */

import { useEffect, useState } from "preact/hooks";
import { askJson, dataUrl, Refusal } from "../../data/client.ts";
import type { Problem, Rows } from "../../data/types.ts";

const PIECE = 1000;

/** Most rows of one table that the page holds; how many there are is said beside it. */
export const MOST_ROWS = 20_000;

/** A table as far as it was read. */
export interface Loaded {
  table: Rows | null;
  problem: Problem | null;
}

/** Where a table is: a path below `/data`, and what else is asked for. */
export interface TablePlace {
  path: string;
  parameters?: Record<string, string>;
}

const NOTHING: Loaded = { table: null, problem: null };

/**
 * Has a component show tables, of each first what came first.
 *
 * @param places where they are.
 * @param most how many rows are read of each.
 * @returns each table, in the order of the places.
 */
export function useTables(places: readonly TablePlace[], most = MOST_ROWS): Loaded[] {
  const [loaded, setLoaded] = useState<ReadonlyMap<string, Loaded>>(new Map());
  const keys = places.map((place) => JSON.stringify(place));
  useEffect(() => {
    const abort = new AbortController();
    setLoaded((before) => new Map([...before].filter(([key]) => keys.includes(key))));
    places.forEach((place, at) => {
      const tell = (part: Loaded) => setLoaded((before) => new Map(before).set(keys[at]!, part));
      void read(place, most, abort.signal, tell);
    });
    return () => abort.abort();
  }, [keys.join("\n"), most]);
  return keys.map((key) => loaded.get(key) ?? NOTHING);
}

async function read(
  { path, parameters }: TablePlace,
  most: number,
  abort: AbortSignal,
  tell: (loaded: Loaded) => void,
): Promise<void> {
  const rows: unknown[][] = [];
  try {
    while (true) {
      const limit = Math.min(PIECE, most - rows.length);
      const piece = await askJson<Rows>(
        dataUrl(path, { ...parameters, offset: rows.length, limit }),
        abort,
      );
      rows.push(...piece.rows);
      tell({ table: { ...piece, rows: [...rows] }, problem: null });
      if (piece.rows.length === 0 || rows.length >= Math.min(piece.count, most)) return;
    }
  } catch (error) {
    if (abort.aborted) return;
    if (!(error instanceof Refusal)) throw error;
    tell({ table: null, problem: error.problem });
  }
}
