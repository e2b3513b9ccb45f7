import { deepStrictEqual } from "node:assert/strict";
import { inMemory } from "../../src/report/choosing.ts";
import { bytesOf, chartIn, type ComparisonData } from "../../src/report/data.ts";

/** A chart of two experiments, as the server packs it. */
function packed(): string {
  const run = (id: string) => ({ id, marks: [], columns: ["last"] });
  const head = JSON.stringify({ rows: 2, runs: [run("a"), run("b")] });
  const padded = head + " ".repeat((8 - (head.length + 4) % 8) % 8);
  const bytes = new Uint8Array(4 + padded.length + 48);
  new DataView(bytes.buffer).setUint32(0, padded.length, true);
  bytes.set(new TextEncoder().encode(padded), 4);
  bytes.set(new Uint8Array(Float64Array.of(0, 1, 5, 6, 7, 8).buffer), 4 + padded.length);
  return btoa(String.fromCharCode(...bytes));
}

Deno.test("a chart is read out of the data, with the experiments that are wanted", () => {
  const data = { charts: { loss: packed() } } as unknown as ComparisonData;
  const chart = chartIn(data, "loss", ["b"]);
  deepStrictEqual([...chart.x], [0, 1]);
  deepStrictEqual(chart.lines.map(({ id, values }) => [id, [...values.last!]]), [["b", [7, 8]]]);
});

Deno.test("all bytes come back from base64", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, place) => place);
  deepStrictEqual(new Uint8Array(bytesOf(btoa(String.fromCharCode(...bytes)))), bytes);
});

Deno.test("two comparisons on one page choose apart", () => {
  const [one, other] = [inMemory(), inMemory()];
  one.choose({ smooth: 0.5 });
  deepStrictEqual([one.query.value.get("smooth"), other.query.value.get("smooth")], ["0.5", null]);
});
