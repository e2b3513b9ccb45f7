/**
 * The frame in which logged plots are drawn, all of a view in one. It has an origin of its own, can reach neither the
 * page nor any network, and knows only what the page sends it; so whatever a figure does, it does to itself.
 */

import { fitted, lacking, readFigure } from "./views/plots/figure.ts";
import { type Answer, type Place, readOrder } from "./views/plots/messages.ts";

/** What is used of Plotly.js, which the document of the frame loads before this. */
interface Plotly {
  react(element: HTMLElement, data: unknown[], layout: unknown, config: unknown): Promise<unknown>;
  purge(element: HTMLElement): void;
}
declare const Plotly: Plotly;

const CONFIG = {
  responsive: false,
  displaylogo: false,
  showLink: false,
  showSendToCloud: false,
  modeBarButtonsToRemove: ["toImage", "sendDataToCloud"],
};

interface Card {
  element: HTMLElement;
  json: string | null;
}

const cards = new Map<string, Card>();
let dark = false;

function tell(answer: Answer): void {
  // The page's origin is not known here: it is told apart by being the parent, and hears nothing that is secret.
  parent.postMessage(answer, "*");
}

async function draw(key: string, card: Card): Promise<void> {
  if (card.json === null) return;
  let lacks: string[] = [];
  try {
    const figure = readFigure(card.json);
    lacks = lacking(figure);
    const size = { width: card.element.clientWidth, height: card.element.clientHeight };
    const layout = { ...fitted(figure.layout, dark), ...size };
    await Plotly.react(card.element, figure.data, layout, CONFIG);
    tell({ kind: "drawn", key, lacks });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // A map fails for what it could not fetch: that is said by what it lacks, better than by the address it asked.
    tell(lacks.length ? { kind: "drawn", key, lacks } : { kind: "failed", key, why });
  }
}

function place(places: Place[], isDark: boolean): void {
  const kept = new Set(places.map(({ key }) => key));
  for (const [key, card] of cards) {
    if (!kept.has(key)) {
      Plotly.purge(card.element);
      card.element.remove();
      cards.delete(key);
    }
  }
  const recoloured = dark !== isDark;
  dark = isDark;
  // A frame of another scheme than the page's would be opaque.
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
  for (const { key, left, top, width, height } of places) {
    const card = cards.get(key) ?? added(key);
    const { style } = card.element;
    const resized = style.width !== `${width}px` || style.height !== `${height}px`;
    Object.assign(style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    if (resized || recoloured) draw(key, card);
  }
}

function added(key: string): Card {
  const element = document.createElement("div");
  element.style.position = "absolute";
  document.body.append(element);
  const card = { element, json: null };
  cards.set(key, card);
  return card;
}

addEventListener("message", (event) => {
  if (event.source !== parent) return;
  const order = readOrder(event.data);
  if (order?.kind === "places") place(order.places, order.dark);
  if (order?.kind === "figure") {
    const card = cards.get(order.key);
    if (card) {
      card.json = order.json;
      draw(order.key, card);
    }
  }
});
document.documentElement.style.overflow = "hidden";
tell({ kind: "ready" });
