import { deepEqual, equal } from "node:assert/strict";
import type { LiveRow, Numeric, Status } from "../../../src/data/types.ts";
import { EMPTY, type LiveMessage, type LiveState, take } from "../../../src/views/live/reducer.ts";

const row = (id: string, status: Status, values = 1): LiveRow => ({
  id,
  status,
  error: null,
  heartbeat: null,
  dropped: 0,
  values,
  published: false,
});
const rows = (cursor: string, ...data: LiveRow[]): LiveMessage => ({
  type: "experiments",
  cursor,
  data,
});
const begin = (cursor: string, ...missed: string[]): LiveMessage => ({
  type: "begin",
  cursor,
  data: { missed },
});
const points = (
  cursor: string,
  steps: Numeric[],
  id = "a",
  series = "loss",
  anew = false,
): LiveMessage => ({
  type: "points",
  cursor,
  data: { id, series, steps, values: steps.map(Number), timestamps: steps.map(Number), anew },
});

function takeAll(state: LiveState, ...messages: LiveMessage[]) {
  const effects = [];
  for (const message of messages) {
    const [next, effect] = take(state, message);
    state = next;
    effects.push(effect);
  }
  return { state, effects };
}
const stepsOf = ({ effects }: ReturnType<typeof takeAll>) =>
  effects.map((effect) => effect.points.flatMap((part) => part.steps));

Deno.test("the cursor of the last event is kept, so that a new connection resumes there", () => {
  const { state } = takeAll(EMPTY, points("7", [1, 2]), rows("8", row("a", "RUNNING")));
  equal(state.cursor, "8");
  equal(take(state, points("", [3]))[0].cursor, "8");
});

Deno.test("points that come again after a reconnect are not appended twice", () => {
  const taken = takeAll(
    EMPTY,
    points("1", [1, 2, 3]),
    points("2", [2, 3, 4, 5]),
    points("3", [4, 5]),
  );
  deepEqual(stepsOf(taken), [[1, 2, 3], [4, 5], []]);
  deepEqual(taken.effects[1]?.points[0]?.values, [4, 5]);
  deepEqual(taken.effects[1]?.points[0]?.timestamps, [4, 5]);
});

Deno.test("series and experiments hide none of each other's points, and steps beyond a double are told apart", () => {
  const taken = takeAll(
    EMPTY,
    points("1", [5]),
    points("2", [1], "b"),
    points("3", [1], "a", "accuracy"),
    points("4", ["9007199254740993"]),
    points("5", ["9007199254740993", "9007199254740995"]),
  );
  deepEqual(stepsOf(taken), [[5], [1], [1], ["9007199254740993"], ["9007199254740995"]]);
});

Deno.test("only rows that changed are drawn anew", () => {
  const { effects } = takeAll(
    EMPTY,
    rows("1", row("a", "RUNNING"), row("b", "RUNNING")),
    rows("2", row("a", "RUNNING"), row("b", "RUNNING", 2)),
  );
  deepEqual(effects[1]?.rows.map((changed) => changed.id), ["b"]);
});

Deno.test("what runs when the stream begins is read anew, as points came between reading it and following it", () => {
  const { effects } = takeAll(
    EMPTY,
    begin("1"),
    rows("1", row("a", "RUNNING")),
    rows("2", row("a", "RUNNING", 2)),
  );
  deepEqual(effects.map((effect) => effect.missed), [false, true, false]);
});

Deno.test("what ended while nobody followed is read anew; a reconnect that missed nothing reads nothing", () => {
  const { state } = takeAll(EMPTY, begin("1"), rows("1", row("a", "RUNNING")));
  equal(take(state, begin("2"))[1].missed, false);
  equal(take(state, begin("2", "a"))[1].missed, true);
});

Deno.test("a journal that was begun anew is read anew, and its points count from there", () => {
  const taken = takeAll(
    EMPTY,
    points("1", [8, 9]),
    points("2", [1, 2], "a", "loss", true),
    points("3", [2, 3]),
  );
  deepEqual(taken.effects.map((effect) => effect.missed), [false, true, false]);
  deepEqual(stepsOf(taken), [[8, 9], [], [3]]);
});

Deno.test("what is remembered grows neither with the points nor with experiments that ended", () => {
  let state = EMPTY;
  for (let step = 0; step < 20000; step += 10) {
    [state] = take(
      state,
      points(String(step), Array.from({ length: 10 }, (_, place) => step + place)),
    );
    [state] = take(state, rows(String(step), row(`e${step}`, "RUNNING")));
    [state] = take(state, rows(String(step), row(`e${step}`, "SUCCEEDED")));
  }
  deepEqual([state.lastSteps.size, state.rows.size], [1, 0]);
});
