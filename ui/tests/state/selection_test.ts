import assert from "node:assert/strict";
import {
  drawnOf,
  flipped,
  NEWEST,
  onTop,
  selecting,
  selectionOf,
  toggled,
} from "../../src/state/selection.ts";

const of = (text: string, count = 20) => selectionOf(new URLSearchParams(text), count);

Deno.test("the newest runs are selected until the address says which", () => {
  assert.deepEqual(of("").runs, [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  assert.equal(of("").runs.length, NEWEST);
  assert.deepEqual(of("", 3).runs, [0, 1, 2]);
  assert.deepEqual(of("runs=1,4").runs, [1, 4]);
});

Deno.test("no run is selected once the last was taken away", () => {
  const { runs } = toggled(of("runs=4"), 4);
  assert.deepEqual(of(`runs=${runs}`).runs, []);
});

Deno.test("selecting a run twice leaves the selection as it was", () => {
  const { runs } = toggled(of("runs=1,4"), 3);
  assert.equal(runs, "1,3-4");
  assert.equal(toggled(of(`runs=${runs}`), 3).runs, "1,4");
});

Deno.test("there is no limit to how many are selected", () => {
  const all = selecting(Array.from({ length: 1000 }, (_, rank) => rank));
  assert.equal(of(`runs=${all.runs}`, 1000).runs.length, 1000);
});

Deno.test("hidden runs are selected and not drawn; a soloed run is drawn alone", () => {
  assert.deepEqual(drawnOf(of("runs=1-4&hide=2")), [1, 3, 4]);
  assert.deepEqual(drawnOf(of("runs=1-4&hide=2&solo=2")), [2]);
  assert.deepEqual(drawnOf(of("runs=1-2&solo=0")), [0]);
});

Deno.test("what the others are compared with is drawn with them, selected or not", () => {
  assert.deepEqual(drawnOf(of("runs=1-3&base=0")), [0, 1, 2, 3]);
  assert.deepEqual(drawnOf(of("runs=1-3&base=2")), [1, 2, 3]);
  assert.deepEqual(drawnOf(of("runs=1-3&base=0&hide=0")), [1, 2, 3]);
});

Deno.test("what is compared with stands above what is pinned, each once", () => {
  assert.deepEqual(onTop(of("pin=3,5&base=5")), [5, 3]);
  assert.deepEqual(onTop(of("pin=3")), [3]);
});

Deno.test("a list of ranks takes one in and gives it up", () => {
  assert.deepEqual(flipped("pin", [3], 5), { pin: "3,5" });
  assert.deepEqual(flipped("pin", [3, 5], 3), { pin: "5" });
});
