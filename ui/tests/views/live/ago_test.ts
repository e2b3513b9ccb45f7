import { equal } from "node:assert/strict";
import { ago, duration } from "../../../src/views/live/ago.ts";

Deno.test("a sign of life is told in its greatest unit, and never from the future", () => {
  const then = "2026-01-01T00:00:00Z";
  const at = (seconds: number) => ago(then, Date.parse(then) + seconds * 1000);
  equal(at(3), "3 s");
  equal(at(61), "1 min");
  equal(at(7300), "2 h");
  equal(at(200000), "2 d");
  equal(at(-5), "0 s");
});

Deno.test("a duration has no more than two units", () => {
  equal(duration(0.42), "0.4 s");
  equal(duration(12.6), "13 s");
  equal(duration(185), "3 min 5 s");
  equal(duration(7265), "2 h 1 min");
  equal(duration(120), "2 min");
});
