import { deepEqual, equal } from "node:assert/strict";
import { readAnswer, readOrder } from "../../../src/views/plots/messages.ts";

const PLACE = { key: "a", left: 0, top: 1, width: 2, height: 3 };

Deno.test("the frame takes whole orders and nothing else", () => {
  deepEqual(readOrder({ kind: "figure", key: "a", json: "{}" }), {
    kind: "figure",
    key: "a",
    json: "{}",
  });
  deepEqual(readOrder({ kind: "places", dark: true, places: [PLACE] }), {
    kind: "places",
    dark: true,
    places: [PLACE],
  });
  for (
    const other of [null, 3, "ready", [], {}, { kind: "figure", key: "a", json: {} }, {
      kind: "places",
      places: [{ ...PLACE, width: "1px" }],
    }, { kind: "places", places: [{ ...PLACE, left: NaN }] }]
  ) {
    equal(readOrder(other), null);
  }
});

Deno.test("the page takes texts of the frame cut short, and nothing that is no answer", () => {
  const answer = readAnswer({ kind: "failed", key: "a", why: "x".repeat(10000), html: "<b>" });
  equal(answer?.kind === "failed" && answer.why.length, 500);
  deepEqual(Object.keys(answer ?? {}).sort(), ["key", "kind", "why"]);
  const lacks = [...Array.from({ length: 99 }, () => "m".repeat(99)), { toString: () => "x" }];
  const drawn = readAnswer({ kind: "drawn", key: "a", lacks });
  equal(drawn?.kind === "drawn" && drawn.lacks.join("").length, 250);
  for (
    const other of [undefined, "ready", { kind: "drawn", key: "a" }, {
      kind: "failed",
      key: {},
      why: "",
    }]
  ) {
    equal(readAnswer(other), null);
  }
});
