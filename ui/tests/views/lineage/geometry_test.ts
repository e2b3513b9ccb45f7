import { deepEqual, equal, ok } from "node:assert/strict";
import {
  around,
  arrowPath,
  begin,
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

Deno.test("a part of the drawing is fitted whole and in the middle, and is not magnified", () => {
  const whole = { x: 0, y: 0, width: 2000, height: 500 };
  deepEqual(fit(whole, { width: 1048, height: 800 }), { scale: 0.5, x: 24, y: 275 });
  const part = fit({ x: 1000, y: 100, width: 100, height: 100 }, { width: 1000, height: 800 });
  deepEqual(part, { scale: 1, x: 500 - 1050, y: 400 - 150 });
  ok(Number.isFinite(fit({ x: 0, y: 0, width: 0, height: 0 }, { width: 0, height: 0 }).x));
});

Deno.test("a drawing begins whole, or with its left part where the whole could not be read", () => {
  const narrow = { width: 400, height: 800 };
  deepEqual(begin({ width: 300, height: 200 }, narrow), { scale: 1, x: 50, y: 300 });
  deepEqual(begin({ width: 4000, height: 200 }, narrow), { scale: 0.6, x: 24, y: 340 });
  equal(begin({ width: 4000, height: 9000 }, narrow).y, 24);
});

Deno.test("what was found is framed with the whole of its boxes", () => {
  const places = [{ x: 10, y: 100, width: 50 }, { x: 200, y: 40, width: 80 }];
  deepEqual(around(places, 30), { x: 10, y: 25, width: 270, height: 90 });
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
