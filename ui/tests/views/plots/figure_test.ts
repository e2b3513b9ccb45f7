import { deepEqual, equal, throws } from "node:assert/strict";
import { fitted, lacking, readFigure } from "../../../src/views/plots/figure.ts";

type Layout = Record<string, unknown> & { template: { layout: Record<string, unknown> } };

Deno.test("a figure fills its place, whatever size it was logged with", () => {
  const layout = fitted({ width: 4000, height: 10, title: { text: "t" } }, false);
  equal("width" in layout || "height" in layout, false);
  equal(layout.autosize, true);
  deepEqual(layout.title, { text: "t" });
});

Deno.test("the page's colours stand below the figure's own, and above its template's", () => {
  const own = {
    paper_bgcolor: "pink",
    template: { layout: { plot_bgcolor: "#E5ECF6", colorway: ["red"] } },
  };
  const layout = fitted(own, true) as Layout;
  equal(layout.paper_bgcolor, "pink");
  equal(layout.template.layout.plot_bgcolor, "rgba(0,0,0,0)");
  deepEqual(layout.template.layout.colorway, ["red"]);
  const light = fitted(own, false) as Layout;
  equal(
    JSON.stringify(light.template.layout.font) === JSON.stringify(layout.template.layout.font),
    false,
  );
});

Deno.test("what is logged is not changed by being fitted", () => {
  const own = { width: 3, template: { layout: {} } };
  fitted(own, true);
  deepEqual(own, { width: 3, template: { layout: {} } });
});

Deno.test("traces that would fetch outlines or tiles are named, those that only sound so are not", () => {
  const kinds = [
    "choropleth",
    "scattermap",
    "densitymapbox",
    "heatmap",
    "treemap",
    "bar",
    "scattermap",
  ];
  deepEqual(lacking({ data: kinds.map((type) => ({ type })), layout: {} }), [
    "choropleth",
    "scattermap",
    "densitymapbox",
  ]);
});

Deno.test("a text that is no figure is refused, and a figure without parts is an empty one", () => {
  throws(() => readFigure("[1, 2]"), /not a Plotly figure/);
  throws(() => readFigure("<script>"));
  deepEqual(readFigure("{}"), { data: [], layout: {} });
  deepEqual(readFigure('{"data": [null, 3, {"type": "bar"}], "layout": []}'), {
    data: [{ type: "bar" }],
    layout: {},
  });
});
