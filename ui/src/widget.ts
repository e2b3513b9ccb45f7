/**
 * A comparison in a notebook, as anywidget takes it: `render` draws it into a cell. Its style stays within the cell, and
 * the notebook's outside of it.
 */

import "./design/tokens.css";
import "./design/base.css";
import "./design/parts.css";
import "./design/cards.css";
import "./design/answered.css";
import { h, render as draw } from "preact";
import { Comparison } from "./report/comparison.tsx";

/** What a notebook keeps of a widget. */
interface Model {
  get(name: "data" | "style"): string;
}

/** Draws the widget, and returns what takes it away. */
function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const style = new CSSStyleSheet();
  style.replaceSync(withinHost(model.get("style")));
  const root = el.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [style];
  const place = root.appendChild(document.createElement("div"));
  const dark = isDark();
  el.dataset.theme = dark ? "dark" : "light";
  draw(h(Comparison, { data: JSON.parse(model.get("data")), dark }), place);
  return () => draw(null, place);
}

/** The page's style with the widget's element in place of the document. */
function withinHost(style: string): string {
  return style.replaceAll(/:root(\[[^\]]*\])?/g, (_, theme) => theme ? `:host(${theme})` : ":host")
    .replaceAll(/(^|[},])(html|body)(?=[{,])/g, "$1:host");
}

/** Whether the notebook is dark, as Jupyter and VS Code tell it, else as the system is. */
function isDark(): boolean {
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
  if (jpThemeLight) return jpThemeLight === "false";
  if (vscodeThemeKind) return vscodeThemeKind.includes("dark");
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

export default { render };
