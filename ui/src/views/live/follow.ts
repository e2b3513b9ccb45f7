/** Follows the running experiments of a model while somebody looks at it. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { dataUrl, experimentsUrl, patchExperiments, refresh } from "../../data/client.ts";
import { tellPoints } from "../../data/live.ts";
import type { LivePoints, LiveRow, Problem } from "../../data/types.ts";
import { chosen } from "../../state/address.ts";
import { EMPTY, type LiveMessage, take } from "./reducer.ts";

/** How the stream stands: it is waited for, followed, lost and tried again, or has nothing to tell for a reason. */
export type Link = { kind: "waiting" | "following" | "lost" } | { kind: "stuck"; problem: Problem };

type Timer = ReturnType<typeof setTimeout> | undefined;

const PATIENCE = [500, 1000, 2000, 5000, 10000]; // milliseconds before another try
const TOGETHER = 50; // milliseconds whose events the page takes at once
const SELDOM = 500; // milliseconds between two drawings of what comes without a pause: each draws every chart anew
const EVENTS = ["begin", "experiments", "points"] as const;

const link = signal<Link>({ kind: "waiting" });

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
  #missed = false;
  #handed = -Infinity;

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
    this.#close();
    if (!document.hidden) this.#open();
  };

  #open(): void {
    const since = this.#state.cursor || null;
    const source = new EventSource(
      dataUrl(`/models/${encodeURIComponent(this.model)}/live`, { since }),
    );
    this.#source = source;
    source.onopen = () => {
      this.#tries = 0;
      link.value = { kind: "following" };
    };
    source.onerror = () => {
      this.#close();
      link.value = { kind: "lost" };
      const wait = PATIENCE[Math.min(this.#tries++, PATIENCE.length - 1)];
      this.#retry = setTimeout(() => this.#open(), wait);
    };
    source.addEventListener("problem", (event) => {
      link.value = { kind: "stuck", problem: JSON.parse(event.data) };
    });
    for (const type of EVENTS) {
      source.addEventListener(type, (event) => {
        link.value = { kind: "following" };
        this.#take(
          { type, cursor: event.lastEventId, data: JSON.parse(event.data) } as LiveMessage,
        );
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
    this.#missed ||= effect.missed;
    for (const row of effect.rows) this.#rows.set(row.id, row);
    this.#points.push(...effect.points);
    const wait = Math.max(TOGETHER, this.#handed + SELDOM - performance.now());
    this.#flush ??= setTimeout(() => this.#hand(), wait);
  }

  #hand(): void {
    const rows = [...this.#rows.values()], points = this.#points, missed = this.#missed;
    this.#flush = undefined;
    this.#handed = performance.now();
    this.#rows.clear();
    this.#points = [];
    this.#missed = false;
    if (missed) {
      void refresh(experimentsUrl(this.model));
      tellPoints(this.model, null);
    } else {
      if (rows.length) patchExperiments(this.model, rows);
      if (points.length) tellPoints(this.model, points);
    }
  }
}

/**
 * Has a component follow the experiments of a model: the table and the charts show what comes.
 *
 * @param model its rid; null while nobody knows whether there is such a model.
 */
export function useLive(model: string | null): void {
  const branch = chosen("branch");
  useEffect(() => {
    link.value = { kind: "waiting" };
    if (model === null) return;
    const follower = new Follower(model);
    return () => follower.end();
  }, [model, branch]);
}
