import { deepStrictEqual } from "node:assert/strict";
import { columnsOf, mostVaried, usualAxes } from "../../src/charts/columns.ts";
import { groupsOf } from "../../src/charts/groups.ts";
import type { Experiments } from "../../src/data/types.ts";

const none = { length: [], min: [], max: [], first: [], last_step: [] };
const experiments = {
  count: 2,
  columns: { rank: [1, 0] },
  parameters: [
    { name: "seed", type: "integer", values: [1, 1] },
    { name: "lr", type: "double", values: [0.1, 0.2] },
    { name: "big", type: "integer", values: ["9007199254740993", "NaN"] },
  ],
  metrics: [{ name: "loss", ...none, last: [0.5, "Infinity"] }],
} as unknown as Experiments;

Deno.test("a parameter that is the same in all tells nothing; numbers that JSON lacks are numbers again, all by rank", () => {
  deepStrictEqual(columnsOf(experiments).map(({ key, values }) => [key, values]), [
    ["param:lr", [0.2, 0.1]],
    ["param:big", [NaN, 9007199254740992]],
    ["metric:loss", [Infinity, 0.5]],
  ]);
});

Deno.test("a name of its own for each experiment is no axis unasked", () => {
  const names = Array.from({ length: 40 }, (_, place) => `run ${place}`);
  const columns = [
    { key: "param:name", title: "name", values: names },
    { key: "param:lr", title: "lr", values: names.map((_, place) => place) },
    { key: "metric:loss", title: "loss", values: names.map(() => 1) },
  ];
  deepStrictEqual(usualAxes(columns), ["param:lr", "metric:loss"]);
});

Deno.test("a scatter begins with the parameter that has the most different numbers, or with a metric", () => {
  const columns = [
    { key: "param:name", title: "name", values: ["a", "b", "c"] },
    { key: "param:depth", title: "depth", values: [2, 2, 4] },
    { key: "param:lr", title: "lr", values: [0.1, 0.2, 0.3] },
    { key: "metric:loss", title: "loss", values: [1, 2, 3] },
  ];
  deepStrictEqual(mostVaried(columns)?.key, "param:lr");
  deepStrictEqual(mostVaried([columns[0]!, columns[3]!])?.key, "metric:loss");
  deepStrictEqual(mostVaried([columns[0]!]), undefined);
});

Deno.test("groups keep their look when an experiment is created later, and say which lack the parameter", () => {
  const few = groupsOf(["a", "b", "c"], ["adam", null, "adam"], "opt", false);
  const more = groupsOf(["a", "b", "c", "d"], ["adam", null, "adam", "sgd"], "opt", false);
  deepStrictEqual(few.map(({ label, ids }) => [label, ids]), [["opt = adam", ["a", "c"]], [
    "no opt",
    ["b"],
  ]]);
  deepStrictEqual(more.slice(0, 2), few);
});
