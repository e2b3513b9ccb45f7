import { deepStrictEqual } from "node:assert/strict";
import { sectionsOf } from "../../src/charts/sections.ts";

Deno.test("what stands before the first slash is the section; those without one come first", () => {
  deepStrictEqual(sectionsOf(["val/loss", "train/a/b", "lr", "train/loss"]), [
    { name: "", series: ["lr"] },
    { name: "train", series: ["train/a/b", "train/loss"] },
    { name: "val", series: ["val/loss"] },
  ]);
});

Deno.test("numbers in names count", () => {
  deepStrictEqual(sectionsOf(["layer/10", "layer/9"])[0]!.series, ["layer/9", "layer/10"]);
});

Deno.test("a search keeps the names that have all its words, whatever their case", () => {
  deepStrictEqual(
    sectionsOf(["val/Loss", "val/acc", "train/loss"], "LOSS val").flatMap((s) => s.series),
    ["val/Loss"],
  );
});

Deno.test("a leading slash makes no section without a name of its own", () => {
  deepStrictEqual(sectionsOf(["/odd"]), [{ name: "", series: ["/odd"] }]);
});
