import { deepEqual, equal } from "node:assert/strict";
import {
  byExperiment,
  compareSteps,
  parseStep,
  placeOf,
  shownAt,
  stepsOf,
} from "../../../src/views/media/steps.ts";

const at = (id: string, step: number | string) => ({ id, step });

Deno.test("steps of all experiments are listed once and rise, also beyond what a double tells apart", () => {
  const big = "9007199254740993";
  deepEqual(
    stepsOf([at("b", 10), at("a", 2), at("a", 10), at("b", big), at("a", "9007199254740995")]),
    [
      2,
      10,
      big,
      "9007199254740995",
    ],
  );
  equal(compareSteps("9007199254740993", "9007199254740995"), -1);
  equal(compareSteps(9007199254740990, "9007199254740993"), -1);
  equal(compareSteps("-9007199254740993", 0), -1);
});

Deno.test("an experiment shows its own step, else the nearest one before, never one from later", () => {
  const entries = [at("a", 2), at("a", 5), at("a", 9)];
  deepEqual(shownAt(entries, 5), { kind: "exact", entry: entries[1] });
  deepEqual(shownAt(entries, 8), { kind: "before", entry: entries[1] });
  deepEqual(shownAt(entries, 100), { kind: "before", entry: entries[2] });
  deepEqual(shownAt(entries, 1), { kind: "later", first: 2 });
  deepEqual(shownAt([], 1), { kind: "none" });
});

Deno.test("entries are put in the order of steps for each experiment", () => {
  const grouped = byExperiment([at("a", 3), at("b", 1), at("a", 1)]);
  deepEqual([...grouped.keys()], ["a", "b"]);
  deepEqual(grouped.get("a")?.map((entry) => entry.step), [1, 3]);
});

Deno.test("a step of an address finds its place, the last without one, and the nearest before where it is gone", () => {
  equal(placeOf([1, 4, 8], null), 2);
  equal(placeOf([1, 4, 8], 4), 1);
  equal(placeOf([1, 4, 8], 6), 1);
  equal(placeOf([1, 4, 8], 99), 2);
  equal(placeOf([1, 4, 8], 0), 0);
  equal(placeOf([], 3), -1);
});

Deno.test("only a whole number of an address is a step", () => {
  equal(parseStep("12"), 12);
  equal(parseStep("-3"), -3);
  equal(parseStep("9223372036854775807"), "9223372036854775807");
  for (const text of [null, "", "1.5", "1e3", "<b>", " 1"]) equal(parseStep(text), null);
});
