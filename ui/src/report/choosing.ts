/** Choices that no address keeps: those of a report and of a widget, of which a page may have several. */

import { signal } from "@preact/signals";
import type { Choosing } from "../charts/board.ts";
import { type Change, changed } from "../state/query.ts";

/** Returns choices that live as long as what is shown. */
export function inMemory(): Choosing {
  const query = signal(new URLSearchParams());
  const change = (what: Change) => {
    query.value = changed(query.peek(), what);
  };
  return { query, choose: change, adjust: change };
}
