/** The one frame that draws all plots of a view, laid over the places that the view keeps free for them. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useMemo, useRef } from "preact/hooks";
import { askBytes, Refusal } from "../../data/client.ts";
import { dark } from "../../shell/theme.ts";
import { type Order, type Place, readAnswer } from "./messages.ts";

/** How a plot stands. */
export type PlotState =
  | { kind: "waiting" }
  | { kind: "drawn"; lacks: string[] }
  | { kind: "failed"; why: string };

const NEAR = "600px"; // how far below the window a plot is drawn before it is seen

interface Hole {
  element: HTMLElement;
  url: string;
  state: ReturnType<typeof signal<PlotState>>;
  json: string | null;
  abort: AbortController;
}

/** What the view's plots share: where each is, what is drawn in it, and the frame. */
class Layer {
  readonly #holes = new Map<string, Hole>();
  readonly #resized = new ResizeObserver(() => this.#plan());
  readonly #seen = new IntersectionObserver((entries) => this.#near(entries), {
    rootMargin: NEAR,
  });
  #frame: HTMLIFrameElement | null = null;
  #ground: HTMLElement | null = null;
  #isReady = false;
  #planned = 0;
  #count = 0;

  /** Begins to draw on a piece of the page, into a frame over it. */
  attach(ground: HTMLElement, frame: HTMLIFrameElement): () => void {
    this.#ground = ground;
    this.#frame = frame;
    const hear = (event: MessageEvent) => {
      // The frame's origin is no name to compare: that the message comes from its window is what counts.
      if (event.source === frame.contentWindow) this.#hear(event.data);
    };
    const unfollow = dark.subscribe(() => this.#plan());
    addEventListener("message", hear);
    this.#resized.observe(ground);
    return () => {
      removeEventListener("message", hear);
      unfollow();
      this.#resized.disconnect();
      this.#seen.disconnect();
      cancelAnimationFrame(this.#planned);
    };
  }

  /** Keeps a place free for a plot, which is asked for when it comes near the window. */
  add(element: HTMLElement, url: string, state: Hole["state"]): () => void {
    const key = String(this.#count++);
    element.dataset.plot = key;
    this.#holes.set(key, { element, url, state, json: null, abort: new AbortController() });
    this.#resized.observe(element);
    this.#seen.observe(element);
    return () => {
      this.#holes.get(key)?.abort.abort();
      this.#holes.delete(key);
      this.#resized.unobserve(element);
      this.#seen.unobserve(element);
      this.#plan();
    };
  }

  #near(entries: IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      this.#seen.unobserve(entry.target);
      const key = (entry.target as HTMLElement).dataset.plot!;
      const hole = this.#holes.get(key);
      if (hole) void this.#fetch(key, hole);
    }
  }

  async #fetch(key: string, hole: Hole): Promise<void> {
    try {
      hole.json = new TextDecoder().decode(await askBytes(hole.url, hole.abort.signal));
      if (this.#isReady) this.#send({ kind: "figure", key, json: hole.json });
    } catch (error) {
      if (hole.abort.signal.aborted) return;
      if (!(error instanceof Refusal)) throw error;
      hole.state.value = { kind: "failed", why: error.problem.detail };
      this.#plan();
    }
  }

  #hear(data: unknown): void {
    const answer = readAnswer(data);
    if (answer?.kind === "ready") {
      this.#isReady = true;
      this.#place();
      for (const [key, { json }] of this.#holes) {
        if (json !== null) this.#send({ kind: "figure", key, json });
      }
    } else if (answer) {
      const hole = this.#holes.get(answer.key);
      if (hole) hole.state.value = answer;
      this.#plan();
    }
  }

  #plan(): void {
    cancelAnimationFrame(this.#planned);
    this.#planned = requestAnimationFrame(() => this.#place());
  }

  #place(): void {
    if (!this.#ground || !this.#frame) return;
    const ground = this.#ground.getBoundingClientRect();
    const places: Place[] = [];
    for (const [key, { element, state }] of this.#holes) {
      if (state.peek()?.kind === "failed") continue;
      const { left, top, width, height } = element.getBoundingClientRect();
      if (width && height) {
        places.push({ key, left: left - ground.left, top: top - ground.top, width, height });
      }
    }
    // Around the plots the frame is cut away, so that what is written there can be clicked.
    this.#frame.style.clipPath = `path("${places.map(outline).join(" ") || "M0,0"}")`;
    if (this.#isReady) this.#send({ kind: "places", dark: dark.peek(), places });
  }

  #send(order: Order): void {
    // No origin can be named: the frame's is opaque. What is sent are figures of the store, which it may know.
    this.#frame?.contentWindow?.postMessage(order, "*");
  }
}

function outline({ left, top, width, height }: Place): string {
  return `M${left},${top}h${width}v${height}h${-width}z`;
}

const Shared = createContext<Layer | null>(null);

/** A part of the page that has plots in it. */
export function PlotLayer({ children }: { children: ComponentChildren }) {
  const layer = useMemo(() => new Layer(), []);
  const ground = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => layer.attach(ground.current!, frame.current!), [layer]);
  return (
    <Shared.Provider value={layer}>
      <div class="plot-layer" ref={ground}>
        {children}
        <iframe
          ref={frame}
          class="plot-frame"
          src="/frame"
          sandbox="allow-scripts"
          title="Plots"
          tabIndex={-1}
        />
      </div>
    </Shared.Provider>
  );
}

/**
 * Keeps a place for a plot.
 *
 * @param url where its figure is.
 * @returns what the place's element is given to, and how the plot stands.
 */
export function usePlot(
  url: string,
): { hole: { current: HTMLDivElement | null }; state: ReadonlySignal<PlotState> } {
  const layer = useContext(Shared)!;
  const hole = useRef<HTMLDivElement>(null);
  const state = useMemo(() => signal<PlotState>({ kind: "waiting" }), [url]);
  useEffect(() => layer.add(hole.current!, url, state), [layer, url]);
  return { hole, state };
}
