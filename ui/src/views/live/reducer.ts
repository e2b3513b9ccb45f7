/** What a stream of events says of running experiments: what is new in it, without remembering the points. */

import type { LiveBegin, LivePoints, LiveRow, Numeric } from "../../data/types.ts";
import { compareSteps } from "../media/steps.ts";

/** What is known of the stream. Its size goes with the number of series, not with how long it runs. */
export interface LiveState {
  cursor: string;
  rows: ReadonlyMap<string, LiveRow>;
  lastSteps: ReadonlyMap<string, Numeric>;
  /** Whether it was told yet which experiments run. */
  hasRows: boolean;
}

/** An event as it came. */
export type LiveMessage =
  | { type: "begin"; cursor: string; data: LiveBegin }
  | { type: "experiments"; cursor: string; data: LiveRow[] }
  | { type: "points"; cursor: string; data: LivePoints };

/** What an event asks the page to do; `missed` where what it shows has to be read anew. */
export interface LiveEffect {
  rows: LiveRow[];
  points: LivePoints[];
  missed: boolean;
}

/** The state before the first event. */
export const EMPTY: LiveState = {
  cursor: "",
  rows: new Map(),
  lastSteps: new Map(),
  hasRows: false,
};

const NOTHING: LiveEffect = { rows: [], points: [], missed: false };

/** Takes one event. One that was taken before changes nothing, so a stream may begin again anywhere before its end. */
export function take(state: LiveState, message: LiveMessage): [LiveState, LiveEffect] {
  const known = { ...state, cursor: message.cursor || state.cursor };
  switch (message.type) {
    case "begin":
      return [known, { ...NOTHING, missed: message.data.missed.length > 0 }];
    case "experiments":
      return takeRows(known, message.data);
    case "points":
      return takePoints(known, message.data);
  }
}

function takeRows(state: LiveState, sent: readonly LiveRow[]): [LiveState, LiveEffect] {
  const changed = sent.filter((row) => !isSame(state.rows.get(row.id), row));
  if (changed.length === 0) return [state, NOTHING];
  const rows = new Map(state.rows);
  for (const row of changed) {
    if (row.status === "RUNNING") rows.set(row.id, row);
    else rows.delete(row.id);
  }
  // The stream tells what is logged from its beginning on: what was read before that may lack some points.
  return [{ ...state, rows, hasRows: true }, { ...NOTHING, rows: changed, missed: !state.hasRows }];
}

function takePoints(state: LiveState, sent: LivePoints): [LiveState, LiveEffect] {
  const key = `${sent.id}/${sent.series}`;
  const known = sent.anew ? undefined : state.lastSteps.get(key);
  const from = known === undefined
    ? 0
    : sent.steps.findIndex((step) => compareSteps(step, known) > 0);
  const last = sent.steps.at(-1);
  if (from < 0 || last === undefined) return [state, NOTHING];
  const fresh: LivePoints = {
    ...sent,
    steps: sent.steps.slice(from),
    values: sent.values.slice(from),
    timestamps: sent.timestamps.slice(from),
  };
  const next = { ...state, lastSteps: new Map(state.lastSteps).set(key, last) };
  return [next, sent.anew ? { ...NOTHING, missed: true } : { ...NOTHING, points: [fresh] }];
}

function isSame(a: LiveRow | undefined, b: LiveRow): boolean {
  return a !== undefined && a.status === b.status && a.heartbeat === b.heartbeat &&
    a.dropped === b.dropped && a.values === b.values;
}
