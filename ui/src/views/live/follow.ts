/** Follows the running experiments of a model while somebody looks at it. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { dataUrl, experimentsUrl, patchExperiments, refresh } from "../../data/client.ts";
import { tellPoints } from "../../data/live.ts";
import { chosen } from "../../state/address.ts";
import { EMPTY, type LiveMessage, take } from "./reducer.ts";
import type { LivePoints, LiveRow } from "../../data/types.ts";

/** How the stream stands. */
export type Link = "waiting" | "following" | "lost";

const PATIENCE = [500, 1000, 2000, 5000, 10000]; // milliseconds before another try
const TOGETHER = 100; // milliseconds whose events the page takes at once

type Timer = ReturnType<typeof setTimeout> | undefined;

const link = signal<Link>("waiting");

/** How the stream of the model that is looked at stands. */
export const following: ReadonlySignal<Link> = link;

/** A stream from where it was left, begun anew when it breaks, and only while the page can be seen. */
class Follower {
  #state = EMPTY;
  #source: EventSource | null = null;
  #tries = 0;
  #retry: Timer;
  #flush: Timer;
  #rows = new Map<string, LiveRow>();
  #points: LivePoints[] = [];

  constructor(readonly model: string) {
    // A browser keeps six connections to a server, over all its tabs: a tab that nobody sees must not hold one.
    document.addEventListener("visibilitychange", this.#looked);
    this.#looked();
  }

  end(): void {
    document.removeEventListener("visibilitychange", this.#looked);
    this.#close();
    clearTimeout(this.#flush);
  }

  readonly #looked = () => {
    if (document.hidden) this.#close();
    else if (!this.#source) this.#open();
  };

  #open(): void {
    const since = this.#state.cursor || null;
    const source = new EventSource(
      dataUrl(`/models/${encodeURIComponent(this.model)}/live`, { since }),
    );
    this.#source = source;
    source.onopen = () => {
      this.#tries = 0;
      link.value = "following";
    };
    source.onerror = () => {
      this.#close();
      link.value = "lost";
      this.#retry = setTimeout(
        () => this.#open(),
        PATIENCE[Math.min(this.#tries++, PATIENCE.length - 1)],
      );
    };
    for (const type of ["experiments", "points", "reset"] as const) {
      source.addEventListener(type, (event) => {
        const data = event.data ? JSON.parse(event.data) : null;
        this.#take({ type, cursor: event.lastEventId, data } as LiveMessage);
      });
    }
  }

  #close(): void {
    this.#source?.close();
    this.#source = null;
    clearTimeout(this.#retry);
  }

  #take(message: LiveMessage): void {
    const [state, effect] = take(this.#state, message);
    this.#state = state;
    if (effect.reload) {
      void refresh(experimentsUrl(this.model));
      tellPoints(this.model, null);
    }
    for (const row of effect.rows) this.#rows.set(row.id, row);
    this.#points.push(...effect.points);
    this.#flush ||= setTimeout(() => this.#hand(), TOGETHER);
  }

  #hand(): void {
    this.#flush = undefined;
    const rows = [...this.#rows.values()], points = this.#points;
    this.#rows.clear();
    this.#points = [];
    if (rows.length) patchExperiments(this.model, rows);
    if (points.length) tellPoints(this.model, points);
  }
}

/** Has a component follow the experiments of a model: the table and the charts show what comes. */
export function useLive(model: string): void {
  const branch = chosen("branch");
  useEffect(() => {
    link.value = "waiting";
    const follower = new Follower(model);
    return () => follower.end();
  }, [model, branch]);
}
