import assert from "node:assert/strict";
import { decodeChart } from "../../src/data/wire.ts";

function encoded(head: object, columns: number[][]): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const padded = 4 + text.length + (8 - (4 + text.length) % 8) % 8;
  const bytes = new Uint8Array(padded + 8 * columns.flat().length).fill(32);
  new DataView(bytes.buffer).setUint32(0, padded - 4, true);
  bytes.set(text, 4);
  columns.flat().forEach((value, place) => {
    new DataView(bytes.buffer).setFloat64(padded + 8 * place, value, true);
  });
  return bytes.buffer;
}

const RUNS = [{ id: "a", columns: ["low", "high", "last"] }, { id: "b", columns: ["last"] }];

Deno.test("each run gets its own columns, behind one x for all", () => {
  const columns = [[0, 1], [1, 2], [3, 4], [2, 3], [NaN, 7]];
  const { head, x, lines } = decodeChart(encoded({ series: "loss", rows: 2, runs: RUNS }, columns));
  assert.equal(head.series, "loss");
  assert.deepEqual([...x], [0, 1]);
  assert.deepEqual(lines.map(({ id }) => id), ["a", "b"]);
  assert.deepEqual([...lines[0]!.values.high!], [3, 4]);
  assert.deepEqual([...lines[1]!.values.last!], [NaN, 7]);
});

Deno.test("a chart without points has a head and empty columns", () => {
  const { x, lines } = decodeChart(encoded({ rows: 0, runs: RUNS }, []));
  assert.equal(x.length, 0);
  assert.equal(lines[0]!.values.low!.length, 0);
});

Deno.test("fewer numbers than the head says are no chart", () => {
  assert.throws(() => decodeChart(encoded({ rows: 3, runs: RUNS }, [[0, 1, 2]])), RangeError);
});
