/** Begins a report: one file that holds its data, this script and its style, and asks nobody for anything. */

import "./design/tokens.css";
import "./design/base.css";
import "./design/parts.css";
import "./design/cards.css";
import "./design/answered.css";
import { h, render } from "preact";
import { Comparison } from "./report/comparison.tsx";

const place = document.getElementById("app")!;
const data = JSON.parse(document.getElementById("data")!.textContent!);
const system = matchMedia("(prefers-color-scheme: dark)");

function draw(): void {
  document.documentElement.dataset.theme = system.matches ? "dark" : "light";
  render(h(Comparison, { data, dark: system.matches }), place);
}

system.addEventListener("change", draw);
draw();
