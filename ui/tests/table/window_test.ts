import assert from "node:assert/strict";
import { visibleColumns, visibleRows } from "../../src/table/window.ts";

Deno.test("the rows that are seen are drawn, however far it is scrolled", () => {
  for (const top of [0, 1, 333, 5_000, 29_400]) {
    const { first, last } = visibleRows(top, 600, 30, 1000);
    assert.ok(first * 30 <= top, `first row at ${top}`);
    assert.ok(last * 30 >= Math.min(top + 600, 30_000), `last row at ${top}`);
    assert.ok(last - first < 45, `${last - first} rows at ${top}`);
  }
});

Deno.test("a short list is drawn whole, and an empty one not at all", () => {
  assert.deepEqual(visibleRows(0, 600, 30, 3), { first: 0, last: 3 });
  assert.deepEqual(visibleRows(900, 600, 30, 0), { first: 0, last: 0 });
});

Deno.test("the columns that are seen are drawn, whatever their widths", () => {
  const widths = Array.from({ length: 200 }, (_, i) => 60 + 17 * (i % 9));
  const ends: number[] = [];
  for (const width of widths) ends.push((ends.at(-1) ?? 0) + width);
  for (const left of [0, 777, 9_000, ends.at(-1)! - 900]) {
    const { first, last } = visibleColumns(left, 900, ends);
    assert.ok((ends[first - 1] ?? 0) <= left, `first column at ${left}`);
    assert.ok(ends[last - 1]! >= Math.min(left + 900, ends.at(-1)!), `last column at ${left}`);
    assert.ok(last - first < 20, `${last - first} columns at ${left}`);
  }
});
