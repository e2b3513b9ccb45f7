import { deepEqual } from "node:assert/strict";
import { hearPoints, type News, tellPoints } from "../../src/data/live.ts";

const POINTS = [{
  id: "a",
  series: "loss",
  steps: [1],
  values: [0.5],
  timestamps: [],
  anew: false,
}];

Deno.test("who listens to a model is told its points, and no other's, until it no longer listens", () => {
  const heard: News[] = [];
  const end = hearPoints("m", (news) => heard.push(news));
  tellPoints("m", POINTS);
  tellPoints("other", POINTS);
  tellPoints("m", null);
  end();
  tellPoints("m", POINTS);
  deepEqual(heard, [POINTS, null]);
});

Deno.test("one that ends while all are told keeps nobody else from hearing", () => {
  const heard: string[] = [];
  const end = hearPoints("m", () => (heard.push("first"), end()));
  const other = hearPoints("m", () => heard.push("second"));
  tellPoints("m", POINTS);
  tellPoints("m", POINTS);
  other();
  deepEqual(heard, ["first", "second", "second"]);
});
