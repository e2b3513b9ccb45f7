import { deepEqual, equal } from "node:assert/strict";
import {
  cellText,
  compareCells,
  merged,
  nextOrder,
  ordered,
  parseOrder,
} from "../../../src/views/rows/rows.ts";

const table = (names: string[], rows: unknown[][]) => ({
  columns: names.map((name) => ({ name, type: "double" })),
  rows,
  count: rows.length,
});

Deno.test("tables of one name are put together by the names of their columns", () => {
  const { columns, rows } = merged([
    { id: "a", table: table(["digit", "f1"], [[3, 0.9]]) },
    { id: "b", table: table(["f1", "note", "digit"], [[0.8, "x", 4]]) },
  ]);
  deepEqual(columns.map((column) => column.name), ["digit", "f1", "note"]);
  deepEqual(rows, [{ id: "a", cells: [3, 0.9, null] }, { id: "b", cells: [4, 0.8, "x"] }]);
});

const sorted = (values: unknown[], order: string) =>
  ordered(
    merged([{ id: "a", table: table(["v"], values.map((value) => [value])) }]),
    parseOrder(order),
  )
    .map((row) => row.cells[0]);

Deno.test("rows are ordered by size, what is missing comes last either way, and equal rows keep their order", () => {
  deepEqual(sorted([10, null, 9, "-Infinity", "NaN", "Infinity"], "v"), [
    "-Infinity",
    9,
    10,
    "Infinity",
    null,
    "NaN",
  ]);
  deepEqual(sorted([10, null, 9], "-v"), [10, 9, null]);
  deepEqual(sorted(["run 10", "run 9"], "v"), ["run 9", "run 10"]);
  const rows = ordered(
    merged([{ id: "a", table: table(["v"], [[1], [1]]) }, { id: "b", table: table(["v"], [[1]]) }]),
    parseOrder("-v"),
  );
  deepEqual(rows.map((row) => row.id), ["a", "a", "b"]);
});

Deno.test("whole numbers that a double cannot tell apart are", () => {
  deepEqual(sorted(["9007199254740995", 5, "9007199254740993"], "v"), [
    5,
    "9007199254740993",
    "9007199254740995",
  ]);
  equal(compareCells("9007199254740995", "9007199254740995"), 0);
});

Deno.test("an order that names no column leaves rows as they were logged", () => {
  deepEqual(sorted([2, 1], "gone"), [2, 1]);
  deepEqual(sorted([2, 1], ""), [2, 1]);
});

Deno.test("a column's head orders rising, then falling, then not at all", () => {
  equal(nextOrder(null, "v"), "v");
  equal(nextOrder(parseOrder("v"), "v"), "-v");
  equal(nextOrder(parseOrder("-v"), "v"), null);
  equal(nextOrder(parseOrder("-v"), "w"), "w");
});

Deno.test("nested values are shown as JSON, and nothing as nothing", () => {
  equal(cellText([1, { a: "<b>" }]), '[1,{"a":"<b>"}]');
  equal(cellText(null), "");
  equal(cellText(false), "false");
});
