/** Points as they are logged: told by who follows the server, heard by charts. */

import type { LivePoints } from "./types.ts";

/** What is new of a model's series: points to append, or null where some were missed and all is to be read anew. */
export type News = readonly LivePoints[] | null;

const listeners = new Map<string, Set<(news: News) => void>>();

/**
 * Hears what is logged to the running experiments of a model.
 *
 * @param model its rid.
 * @param listener is told, twice a second at the most; a series' points come in the order of steps, each once.
 * @returns what ends it.
 */
export function hearPoints(model: string, listener: (news: News) => void): () => void {
  const those = listeners.get(model) ?? new Set();
  listeners.set(model, those.add(listener));
  return () => {
    those.delete(listener);
    if (those.size === 0 && listeners.get(model) === those) listeners.delete(model);
  };
}

/** Tells who listens what was logged to a model's experiments. */
export function tellPoints(model: string, news: News): void {
  for (const listener of listeners.get(model) ?? []) listener(news);
}
