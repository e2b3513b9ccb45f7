import assert from "node:assert/strict";
import { changed, ranksAsText, ranksFromText, written } from "../../src/state/query.ts";

Deno.test("a choice changes its keys and leaves the others in their order", () => {
  const before = new URLSearchParams("tab=charts&q=ada&ylog=1");
  assert.equal(changed(before, { q: null, x: "time" }).toString(), "tab=charts&ylog=1&x=time");
  assert.equal(before.toString(), "tab=charts&q=ada&ylog=1");
});

Deno.test("what is empty or false leaves the address, and true is 1", () => {
  const before = new URLSearchParams("q=ada&clip=1&axes=a&axes=b");
  assert.equal(changed(before, { q: "", clip: false, axes: [], xlog: true }).toString(), "xlog=1");
  assert.equal(changed(before, { axes: ["c", "d"] }).getAll("axes").join(), "c,d");
});

Deno.test("zero is a choice", () => {
  assert.equal(changed(new URLSearchParams(), { base: 0 }).toString(), "base=0");
});

Deno.test("an address stays readable, and reads back as what it was", () => {
  const query = new URLSearchParams({ x: "metric:train/loss", runs: "0-4,9", q: "a&b=c#d" });
  assert.equal(written(query), "?x=metric:train/loss&runs=0-4,9&q=a%26b%3Dc%23d");
  assert.deepEqual([...new URLSearchParams(written(query))], [...query]);
  assert.equal(written(new URLSearchParams()), "");
});

Deno.test("ranks in a row are one part of the text", () => {
  assert.equal(ranksAsText([9, 0, 2, 1, 2]), "0-2,9");
  assert.equal(ranksAsText(Array.from({ length: 1000 }, (_, rank) => rank)), "0-999");
  assert.equal(ranksAsText([]), "");
});

Deno.test("ranks come back as they were written", () => {
  for (const ranks of [[], [0], [0, 1], [0, 2, 3, 4, 8], [5, 7, 9]]) {
    assert.deepEqual(ranksFromText(ranksAsText(ranks), 10), ranks);
  }
});

Deno.test("what is no rank of the model is passed over", () => {
  assert.deepEqual(ranksFromText("x,-1,3-,2-1,1e3,4", 10), [4]);
  assert.deepEqual(ranksFromText("8-99999999999,12", 10), [8, 9]);
});
