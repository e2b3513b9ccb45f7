import { deepEqual, equal, notEqual } from "node:assert/strict";
import { dayLabel, history, joined } from "../../../src/views/builds/history.ts";

const NOON = new Date(2026, 2, 10, 12).getTime();
const row = (seq: number, before: number, seconds: number | null = 1) => ({
  seq,
  time: new Date(NOON - before * 1000).toISOString(),
  seconds,
});

Deno.test("jobs that followed each other are one run, and a pause begins another", () => {
  const days = history([row(5, 0), row(4, 30), row(3, 200), row(2, 210)], NOON);
  deepEqual(days.map((day) => day.runs.map((run) => run.map((r) => r.seq))), [[[5, 4], [3, 2]]]);
});

Deno.test("a long job belongs to the run in which it began", () => {
  const days = history([row(2, 0, 3600), row(1, 3610)], NOON);
  deepEqual(days[0]?.runs.map((run) => run.map((r) => r.seq)), [[2, 1]]);
});

Deno.test("days are told as people tell them, by the calendar of where one looks", () => {
  const at = (year: number, month: number, day: number, hour: number) =>
    new Date(year, month, day, hour).toISOString();
  equal(dayLabel(at(2026, 2, 10, 0), NOON), "Today");
  equal(dayLabel(at(2026, 2, 9, 23), NOON), "Yesterday");
  notEqual(dayLabel(at(2025, 2, 10, 12), NOON), dayLabel(at(2026, 1, 10, 12), NOON));
  const days = history([row(3, 0), row(2, 13 * 3600), row(1, 40 * 3600)], NOON);
  deepEqual(days.slice(0, 2).map((day) => day.label), ["Today", "Yesterday"]);
});

Deno.test("an older page follows what is known, and a row that came twice is kept once", () => {
  deepEqual(joined([row(5, 0), row(4, 1)], [row(4, 1), row(3, 2)]).map((r) => r.seq), [5, 4, 3]);
  deepEqual(joined([], [row(3, 2)]).map((r) => r.seq), [3]);
});
