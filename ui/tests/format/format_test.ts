import assert from "node:assert/strict";
import { bytes, counted, difference, number, short } from "../../src/format/number.ts";
import { ago, span } from "../../src/format/time.ts";
import { text } from "../../src/format/value.ts";

Deno.test("a number shows the digits that tell something", () => {
  const shown: [number | string | null, string][] = [
    [0.1 + 0.2, "0.3"],
    [1e-3, "0.001"],
    [4.28e-4, "4.28e-4"],
    [123.456789, "123.46"],
    [1234567, "1,234,567"],
    [3.14159e-7, "3.142e-7"],
    [2e-9, "2e-9"],
    [1e300, "1e+300"],
    [-0.00001, "-1e-5"],
    [0, "0"],
    [null, ""],
    ["NaN", "NaN"],
    ["Infinity", "∞"],
    ["9007199254740993", "9007199254740993"],
  ];
  for (const [value, wanted] of shown) assert.equal(number(value), wanted);
});

Deno.test("a difference has its sign, and none is made up", () => {
  assert.equal(difference(0.52, 0.5), "+0.02");
  assert.equal(difference(0.5, 0.52), "−0.02");
  assert.equal(difference(1, 1), "±0");
  assert.equal(difference(null, 1), "");
  assert.equal(difference("NaN", 1), "");
});

Deno.test("counts and sizes are short", () => {
  assert.equal(short(999), "999");
  assert.equal(short(1234), "1.2k");
  assert.equal(short(5_000_000), "5M");
  assert.equal(counted(1, "run"), "1 run");
  assert.equal(counted(1000, "run"), "1,000 runs");
  assert.equal(bytes(0), "0 B");
  assert.equal(bytes(4_100_000), "4.1 MB");
});

Deno.test("a time is told by how long ago it was, in its greatest unit", () => {
  const now = Date.parse("2026-01-02T00:00:00Z");
  assert.equal(ago("2026-01-01T23:59:58Z", now), "now");
  assert.equal(ago("2026-01-01T23:58:00Z", now), "2 min ago");
  assert.equal(ago("2025-12-31T00:00:00Z", now), "2 d ago");
  assert.equal(ago(null, now), "");
  assert.equal(span(0.25), "0.25 s");
  assert.equal(span(3 * 3600 + 5), "3 h");
});

Deno.test("any value of JSON is one line of text", () => {
  assert.equal(text(null), "");
  assert.equal(text(false), "false");
  assert.equal(text(["a", 1]), '["a",1]');
});
