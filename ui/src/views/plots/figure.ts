/** A logged Plotly figure, made to fit the page: its size, and its colours where it chose none itself. */

type Json = Record<string, unknown>;

/** A figure as Plotly.js takes it. */
export interface Figure {
  data: Json[];
  layout: Json;
}

/** Kinds of traces that draw their outlines or tiles from elsewhere, which the page does not reach. */
const REMOTE = new Set([
  "choropleth",
  "choroplethmap",
  "choroplethmapbox",
  "densitymap",
  "densitymapbox",
  "scattergeo",
  "scattermap",
  "scattermapbox",
]);

const INK = { light: "#1f2733", dark: "#dbe2ec" };
const GRID = { light: "#dfe4ea", dark: "#333c4a" };

/**
 * Reads a figure.
 *
 * @throws Error if the text is no figure
 */
export function readFigure(json: string): Figure {
  const found: unknown = JSON.parse(json);
  if (!isObject(found)) {
    throw new Error("It is not a Plotly figure: no object with data and layout.");
  }
  const data = Array.isArray(found.data) ? found.data.filter(isObject) : [];
  return { data, layout: isObject(found.layout) ? found.layout : {} };
}

/** Returns the kinds of traces that stay empty, as they would fetch what they draw from elsewhere; each once. */
export function lacking(figure: Figure): string[] {
  const kinds = figure.data.map((trace) => String(trace.type ?? "scatter"));
  return [...new Set(kinds.filter((kind) => REMOTE.has(kind)))];
}

/**
 * Returns a layout that fills its place and has the page's colours wherever the figure itself names none.
 *
 * They go into the figure's template, which any value of its own layout outranks.
 */
export function fitted(layout: Json, dark: boolean): Json {
  const { width: _width, height: _height, ...own } = layout;
  const template = isObject(own.template) ? own.template : {};
  const known = isObject(template.layout) ? template.layout : {};
  const mode = dark ? "dark" : "light";
  const axis = { gridcolor: GRID[mode], zerolinecolor: GRID[mode], linecolor: GRID[mode] };
  const themed: Json = {
    ...known,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { ...object(known.font), color: INK[mode], family: "system-ui, sans-serif", size: 12 },
    xaxis: { ...object(known.xaxis), ...axis, automargin: true },
    yaxis: { ...object(known.yaxis), ...axis, automargin: true },
    // Where nothing hovers, as under a finger, the buttons are always there.
    modebar: { bgcolor: "rgba(0,0,0,0)", color: GRID[mode], activecolor: INK[mode] },
    margin: { l: 48, r: 16, t: own.title ? 48 : 16, b: 40 },
  };
  return { ...own, autosize: true, template: { ...template, layout: themed } };
}

function object(value: unknown): Json {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
