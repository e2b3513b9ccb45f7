/** Asking the server, and remembering what it answered. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { query } from "../state/address.ts";
import { written } from "../state/query.ts";
import { patched } from "./patching.ts";
import type { Experiments, LiveRow, Problem } from "./types.ts";

/**
 * How an answer stands. What was known stays known while it is asked for anew, so that nothing jumps, and when the server cannot
 * tell: then there is a problem beside the value.
 */
export interface Answer<T> {
  value: T | null;
  problem: Problem | null;
}

/** The server's refusal, as it says it. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly problem: Problem) {
    super(problem.title);
  }
}

/**
 * Returns the address of an answer, on the branch that is looked at.
 *
 * @param path below `/data`; names in it are encoded already.
 * @param parameters what goes behind the `?`; a list repeats its key.
 */
export function dataUrl(
  path: string,
  parameters: Record<string, string | number | readonly string[] | null> = {},
): string {
  const search = new URLSearchParams();
  const branch = query.value.get("branch");
  if (branch) search.set("branch", branch);
  for (const [key, value] of Object.entries(parameters)) {
    if (Array.isArray(value)) value.forEach((one) => search.append(key, one));
    else if (value !== null) search.set(key, String(value));
  }
  return `/data${path}${written(search)}`;
}

/**
 * Asks for bytes.
 *
 * @throws Refusal when the server refuses or cannot be reached.
 */
export async function askBytes(url: string, abort?: AbortSignal): Promise<ArrayBuffer> {
  const response = await asked(url, abort);
  return await response.arrayBuffer();
}

/**
 * Asks for JSON.
 *
 * @throws Refusal when the server refuses or cannot be reached.
 */
export async function askJson<T>(url: string, abort?: AbortSignal): Promise<T> {
  const response = await asked(url, abort);
  return await response.json();
}

async function asked(url: string, abort?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal: abort ?? null });
  } catch (error) {
    if (abort?.aborted) throw error;
    throw new Refusal(0, {
      title: "The server does not answer",
      detail: "It has ended, or this machine has lost its way to it.",
      hint: "Begin it again with: transforms ui",
    });
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => null);
  throw new Refusal(
    response.status,
    told?.error ?? { title: `The server answered ${response.status}`, detail: url, hint: "" },
  );
}

interface Kept {
  answer: Signal<Answer<unknown>>;
  asked: number;
  waiting: Promise<void> | null;
  /** How long the last answer took, in milliseconds. */
  took: number;
  /** Whether it will be asked for anew. */
  isDue: boolean;
  /** How many components show it. */
  shown: number;
}

const MOST_KEPT = 60;
const FRESH_FOR = 3_000; // milliseconds
const SELDOM = 10; // times as long as an answer took, before it is asked for again unasked
const kept = new Map<string, Kept>();

function keep(url: string): Kept {
  const found = kept.get(url) ??
    {
      answer: signal<Answer<unknown>>({ value: null, problem: null }),
      asked: -Infinity,
      waiting: null,
      took: 0,
      isDue: false,
      shown: 0,
    };
  kept.delete(url);
  kept.set(url, found); // the last of the map is the one that was used last
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
  return found;
}

/** Asks for an answer anew; whoever shows it shows the new one when it comes. */
export function refresh(url: string): Promise<void> {
  const entry = keep(url);
  entry.waiting ??= (async () => {
    entry.asked = Date.now();
    try {
      entry.answer.value = { value: await askJson(url), problem: null };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const isGone = error.status >= 400 && error.status < 500;
      entry.answer.value = {
        value: isGone ? null : entry.answer.peek().value,
        problem: error.problem,
      };
    } finally {
      entry.took = Date.now() - entry.asked;
      entry.waiting = null;
    }
  })();
  return entry.waiting;
}

/** Returns what is known of an answer, to be followed, without asking for it. */
export function known<T>(url: string): ReadonlySignal<Answer<T>> {
  return keep(url).answer as Signal<Answer<T>>;
}

/**
 * Has a component show an answer: what is known at once, and what is new when it comes.
 *
 * @param url what {@link dataUrl} returned.
 */
export function useAnswer<T>(url: string): Answer<T> {
  useEffect(() => {
    const entry = keep(url);
    entry.shown++;
    if (Date.now() - entry.asked > FRESH_FOR) void refresh(url);
    return () => {
      entry.shown--;
    };
  }, [url]);
  return known<T>(url).value;
}

/**
 * Has an answer that somebody looks at asked for anew, now or when it is no longer fresh, however often it is said. One that
 * takes the server long is asked for seldom: the experiment that it is of may have logged for hours.
 */
function refreshSoon(path: string): void {
  const url = dataUrl(path);
  const entry = kept.get(url);
  if (!entry?.shown || entry.isDue) return;
  entry.isDue = true;
  setTimeout(() => {
    entry.isDue = false;
    void refresh(url);
  }, Math.max(0, entry.asked + Math.max(FRESH_FOR, SELDOM * entry.took) - Date.now()));
}

/** Returns where the experiments of a model are asked for. */
export function experimentsUrl(model: string): string {
  return dataUrl(`/models/${encodeURIComponent(model)}/experiments`);
}

/**
 * Puts what came live into the experiments that are known; where that cannot be done, all are asked for again.
 *
 * @param model its rid.
 * @param rows the experiments that changed.
 */
export function patchExperiments(model: string, rows: readonly LiveRow[]): void {
  const path = `/models/${encodeURIComponent(model)}/experiments`;
  for (const { id } of rows) refreshSoon(`${path}/${id}`);
  refreshSoon(path); // for what rows do not tell: series that began, last and best values
  const url = experimentsUrl(model);
  const answer = keep(url).answer as Signal<Answer<Experiments>>;
  const before = answer.peek().value;
  if (!before) return;
  const value = patched(before, rows);
  if (value) answer.value = { value, problem: null };
  else void refresh(url);
}
