import { deepEqual, equal, ok } from "node:assert/strict";
import {
  arrowPath,
  centre,
  fit,
  neighbours,
  related,
  search,
  zoomAt,
} from "../../../src/views/lineage/geometry.ts";

const EDGES = [
  { from: "raw", to: "clean" },
  { from: "clean", to: "train" },
  { from: "train", to: "model" },
  { from: "clean", to: "report" },
  { from: "other", to: "report" },
];

Deno.test("what is under the pointer stays there while zooming", () => {
  const view = { x: 30, y: -10, scale: 1 };
  const zoomed = zoomAt(view, { x: 200, y: 100 }, 1.5);
  const under = (v: typeof view) => [(200 - v.x) / v.scale, (100 - v.y) / v.scale];
  deepEqual(under(zoomed).map((n) => n.toFixed(6)), under(view).map((n) => n.toFixed(6)));
});

Deno.test("zooming ends where nothing could be read any more, and what is under the pointer stays there then too", () => {
  let view = { x: 0, y: 0, scale: 1 };
  for (let turn = 0; turn < 100; turn++) view = zoomAt(view, { x: 50, y: 50 }, 0.7);
  equal(view.scale, 0.1);
  deepEqual(zoomAt(view, { x: 50, y: 50 }, 0.7), view);
});

Deno.test("a drawing is fitted whole and in the middle, and is not magnified", () => {
  const view = fit({ width: 2000, height: 500 }, { width: 1048, height: 800 });
  equal(view.scale, 0.5);
  deepEqual([view.x, view.y], [24, 275]);
  equal(fit({ width: 100, height: 100 }, { width: 1000, height: 800 }).scale, 1);
  ok(Number.isFinite(fit({ width: 0, height: 0 }, { width: 0, height: 0 }).x));
});

Deno.test("a place that was found is brought into the middle, large enough to be read", () => {
  const view = centre({ x: 0, y: 0, scale: 0.2 }, { x: 400, y: 100 }, { width: 800, height: 600 });
  equal(view.scale, 0.8);
  deepEqual([400 * 0.8 + view.x, 100 * 0.8 + view.y], [400, 300]);
});

Deno.test("an arrow leaves and arrives level, and is straight where nothing has to bend", () => {
  equal(arrowPath([[0, 10], [40, 10]]), "M0,10 L40,10");
  equal(arrowPath([[0, 10], [40, 30]]), "M0,10 C20,10 20,30 40,30");
  equal(arrowPath([]), "");
});

Deno.test("related is everything upstream and downstream, and nothing that only shares a reader or a source", () => {
  deepEqual([...related("train", EDGES)].sort(), ["clean", "model", "raw", "train"]);
  deepEqual([...related("clean", EDGES)].sort(), ["clean", "model", "raw", "report", "train"]);
  deepEqual([...related("alone", EDGES)], ["alone"]);
});

Deno.test("related ends on a circle, which a damaged answer could hold", () => {
  deepEqual([...related("a", [{ from: "a", to: "b" }, { from: "b", to: "a" }])].sort(), ["a", "b"]);
});

Deno.test("keys move to what is directly before and after", () => {
  deepEqual(neighbours("clean", EDGES), { before: ["raw"], after: ["train", "report"] });
});

Deno.test("a search finds every word in any order and case, states and kinds too, and nothing when nothing is asked", () => {
  const places = [
    { id: "1", label: "/examples/Wine/train", state: "fresh", kind: "dataset" },
    { id: "2", label: "wine_train_forest", state: "stale", kind: "transform" },
  ];
  deepEqual(search(places, "TRAIN wine"), ["1", "2"]);
  deepEqual(search(places, "forest"), ["2"]);
  deepEqual(search(places, "wine is:stale"), ["2"]);
  deepEqual(search(places, "is:dataset"), ["1"]);
  deepEqual(search(places, "is:"), []);
  deepEqual(search(places, "  "), []);
});
