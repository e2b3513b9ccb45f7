import { deepEqual, equal } from "node:assert/strict";
import type { LiveRow } from "../../../src/data/types.ts";
import { EMPTY, type LiveMessage, type LiveState, take } from "../../../src/views/live/reducer.ts";

const row = (id: string, status: string, values = 1) => ({
  id,
  status,
  heartbeat: null,
  dropped: 0,
  values,
});
const rows = (cursor: string, ...data: LiveRow[]): LiveMessage => ({
  type: "experiments",
  cursor,
  data,
});
const points = (
  cursor: string,
  steps: (number | string)[],
  id = "a",
  series = "loss",
): LiveMessage => ({
  type: "points",
  cursor,
  data: { id, series, steps, values: steps.map(Number), timestamps: steps.map(String) },
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

Deno.test("the cursor of the last event is kept, so that a new connection resumes there", () => {
  const { state } = takeAll(EMPTY, points("7", [1, 2]), rows("8", row("a", "RUNNING")));
  equal(state.cursor, "8");
  equal(take(state, points("", [3]))[0].cursor, "8");
});

Deno.test("points that come again after a reconnect are not appended twice", () => {
  const { effects } = takeAll(
    EMPTY,
    points("1", [1, 2, 3]),
    points("2", [2, 3, 4, 5]),
    points("3", [4, 5]),
  );
  deepEqual(effects.map((effect) => effect.points.flatMap((p) => p.steps)), [
    [1, 2, 3],
    [4, 5],
    [],
  ]);
  deepEqual(effects[1]?.points[0]?.values, [4, 5]);
  deepEqual(effects[1]?.points[0]?.timestamps, ["4", "5"]);
});

Deno.test("series and experiments do not hide each other's points, and steps beyond a double are told apart", () => {
  const { effects } = takeAll(
    EMPTY,
    points("1", [5]),
    points("2", [1], "b"),
    points("3", [1], "a", "accuracy"),
    points("4", ["9007199254740993"]),
    points("5", ["9007199254740993", "9007199254740995"]),
  );
  deepEqual(effects.map((effect) => effect.points.flatMap((p) => p.steps)), [
    [5],
    [1],
    [1],
    ["9007199254740993"],
    ["9007199254740995"],
  ]);
});

Deno.test("only rows that changed are drawn anew", () => {
  const { effects } = takeAll(
    EMPTY,
    rows("1", row("a", "RUNNING"), row("b", "RUNNING")),
    rows("2", row("a", "RUNNING"), row("b", "RUNNING", 2)),
  );
  deepEqual(effects[1]?.rows.map((r) => r.id), ["b"]);
});

Deno.test("where the server no longer knows the cursor, everything is read anew and points are taken from there", () => {
  const { state, effects } = takeAll(
    EMPTY,
    points("90", [8, 9]),
    { type: "reset", cursor: "1" },
    points("2", [3]),
  );
  equal(effects[1]?.reload, true);
  deepEqual(effects[2]?.points[0]?.steps, [3]);
  equal(state.cursor, "2");
});

Deno.test("what is remembered does not grow with the number of points", () => {
  let state = EMPTY;
  for (let step = 0; step < 20000; step += 10) {
    [state] = take(
      state,
      points(String(step), Array.from({ length: 10 }, (_, place) => step + place)),
    );
  }
  equal(state.lastSteps.size, 1);
  equal(JSON.stringify([...state.lastSteps]).length < 100, true);
});
