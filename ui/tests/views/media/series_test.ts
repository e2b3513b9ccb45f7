import { deepEqual } from "node:assert/strict";
import type { MediaEntry } from "../../../src/data/types.ts";
import type { Run } from "../../../src/state/runs.ts";
import { allSteps, seriesOf } from "../../../src/views/media/series.ts";

const run = (rank: number): Run => ({
  id: `e${rank}`,
  rank,
  name: `run ${rank}`,
  status: "SUCCEEDED",
  colour: "#000",
  dash: [],
});
const entry = (id: string, step: number): MediaEntry => ({
  id,
  step,
  caption: null,
  width: 8,
  height: 8,
});
const MEDIA = {
  series: [
    {
      name: "val/mistakes",
      entries: [entry("e1", 4), entry("e0", 2), entry("e1", 1), entry("e9", 7)],
    },
    { name: "train/batch", entries: [entry("e0", 3)] },
    { name: "gone", entries: [entry("e9", 8)] },
  ],
};

Deno.test("a series has the experiments that are looked at, in their order, and says how many have none", () => {
  const [mistakes, batch] = seriesOf(MEDIA, [run(1), run(0), run(2)], "");
  deepEqual(mistakes!.owners.map((owner) => [owner.run.rank, owner.entries.map((e) => e.step)]), [[
    1,
    [1, 4],
  ], [0, [2]]]);
  deepEqual([mistakes!.without, batch!.without], [1, 2]);
});

Deno.test("series of which none of the experiments has any are left out, as are those that are not searched for", () => {
  deepEqual(seriesOf(MEDIA, [run(0), run(1)], "").map((one) => one.name), [
    "val/mistakes",
    "train/batch",
  ]);
  deepEqual(seriesOf(MEDIA, [run(0), run(1)], "VAL mis").map((one) => one.name), ["val/mistakes"]);
});

Deno.test("the steps are those of what is looked at only", () => {
  deepEqual(allSteps(seriesOf(MEDIA, [run(0), run(1)], "")), [1, 2, 3, 4]);
});
