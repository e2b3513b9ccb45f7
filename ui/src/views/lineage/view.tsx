/** The lineage: what is made from what, how each job stands, and how to get to any of it. */

import "./lineage.css";
import { useSignal } from "@preact/signals";
import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import { dataUrl, useAnswer } from "../../data/client.ts";
import type { Lineage } from "../../data/history.ts";
import { Answered, Empty, Skeleton } from "../../design/answered.tsx";
import { Search } from "../../design/search.tsx";
import { useKeys } from "../../shell/keys.ts";
import { useTitle } from "../../shell/title.ts";
import { choose, chosen, query } from "../../state/address.ts";
import { Canvas, HEIGHT } from "./canvas.tsx";
import { Detail } from "./detail.tsx";
import {
  around,
  begin,
  centre,
  fit,
  neighbours,
  related,
  search,
  type Size,
  type Viewport,
  zoomAt,
} from "./geometry.ts";

/** How a job can stand, with what that means. */
export const STATES = {
  fresh: "nothing that it depends on has changed",
  stale: "a build would run it again",
  never: "it was never built",
  failed: "its last run failed",
  unknown: "no transform of this project makes it",
} as const;

const DETAIL = 360; // pixels that the detail takes of a wide window

/** Shows the whole graph, with what is selected beside it. */
export function LineageView() {
  useTitle("Lineage");
  const answer = useAnswer<Lineage>(dataUrl("/lineage"));
  return (
    <Answered answer={answer} waiting={<Skeleton rows={16} />}>
      {(lineage) =>
        lineage.places.length
          ? <Graph lineage={lineage} />
          : (
            <Empty title="Nothing is made from anything here yet">
              <p>
                Name the packages of your transforms as <code>pipelines</code> under{" "}
                <code>[tool.transforms]</code> in pyproject.toml.
              </p>
            </Empty>
          )}
    </Answered>
  );
}

/** Returns what of a window the detail leaves free: what is beside it in a wide one, what is above it in a narrow one. */
function room({ width, height }: Size, isDetailed: boolean): Size {
  if (!isDetailed) return { width, height };
  return width > 2 * DETAIL ? { width: width - DETAIL, height } : { width, height: height / 2 };
}

function Graph({ lineage }: { lineage: Lineage }) {
  const { places, routes } = lineage;
  const view = useSignal<Viewport>({ x: 0, y: 0, scale: 1 });
  const size = useRef<Size>({ width: 0, height: 0 });
  const text = (chosen("q") ?? "").trim();
  const selected = places.find((place) => place.id === chosen("place")) ?? null;
  const found = useMemo(() => search(places, text), [places, text]);
  const lit = useMemo(
    () => text ? new Set(found) : selected ? related(selected.id, routes) : null,
    [text, found, selected, routes],
  );

  const show = useCallback((id: string) => {
    const place = places.find((one) => one.id === id);
    if (!place) return;
    const middle = { x: place.x + place.width / 2, y: place.y };
    view.value = centre(view.peek(), middle, room(size.current, true));
  }, [places, view]);
  const fitted = useCallback((isDetailed: boolean) =>
    fit(
      { x: 0, y: 0, width: lineage.width, height: lineage.height },
      room(size.current, isDetailed),
    ), [lineage]);
  const select = useCallback((id: string | null) => {
    const was = view.peek(), whole = fitted(query.peek().has("place"));
    choose({ place: id });
    // What was seen whole is, beside the detail, too.
    if (was.x === whole.x && was.scale === whole.scale) view.value = fitted(id !== null);
  }, [fitted, view]);
  const follow = useCallback((id: string | null) => {
    select(id);
    if (id) show(id);
  }, [select, show]);
  const whole = useCallback(() => {
    view.value = fitted(query.peek().has("place"));
  }, [fitted, view]);
  const measured = useCallback((now: Size) => {
    const isFirst = size.current.width === 0;
    const asked = query.peek().get("place");
    const { x, scale } = view.peek(), whole = fitted(asked !== null);
    size.current = now;
    if (isFirst) view.value = begin(lineage, now);
    // In a window that changes, what was seen whole stays so, and what is selected stays in sight.
    if (!isFirst && x === whole.x && scale === whole.scale) view.value = fitted(asked !== null);
    else if (asked) show(asked);
  }, [lineage, fitted, show, view]);
  const zoom = (factor: number) => {
    const { width, height } = size.current;
    view.value = zoomAt(view.peek(), { x: width / 2, y: height / 2 }, factor);
  };
  const step = (side: "before" | "after") => {
    // Keys may come quicker than what they select is drawn.
    const now = query.peek().get("place");
    const next = now ? neighbours(now, routes)[side][0] : places[0]?.id;
    if (next) follow(next);
  };
  useEffect(() => {
    const seen = places.filter(({ id }) => found.includes(id));
    if (seen.length) {
      view.value = fit(around(seen, HEIGHT), room(size.current, query.peek().has("place")), 80);
    }
  }, [found, places, view]);
  useKeys({
    "ArrowLeft": ["Go to what it is made from", () => step("before")],
    "ArrowRight": ["Go to what is made from it", () => step("after")],
    "Enter": ["Go to the next that is found", () => {
      if (found.length) follow(found[(found.indexOf(selected?.id ?? "") + 1) % found.length]!);
    }],
    "+": ["Zoom in", () => zoom(1.25)],
    "-": ["Zoom out", () => zoom(0.8)],
    "0": ["Show the whole graph", whole],
    "Escape": ["Select nothing", () => select(null)],
  });

  return (
    <div class="lineage">
      <div class="lineage-tools">
        <Search of="q" name="Search the graph" />
        {text && <span class="soft" role="status">{found.length} found</span>}
        <States lineage={lineage} text={text} />
      </div>
      {lineage.problems.length > 0 && (
        <div class="lineage-problems" role="alert">
          {lineage.problems.map((problem) => <p key={problem}>{problem}</p>)}
        </div>
      )}
      <Canvas
        lineage={lineage}
        view={view}
        selected={selected?.id ?? null}
        lit={lit}
        select={select}
        measured={measured}
      />
      <div class="lineage-zoom">
        <button type="button" class="button" aria-label="Zoom out" onClick={() => zoom(0.8)}>
          −
        </button>
        <button type="button" class="button" onClick={whole}>Whole graph</button>
        <button type="button" class="button" aria-label="Zoom in" onClick={() => zoom(1.25)}>
          +
        </button>
      </div>
      {selected && <Detail lineage={lineage} place={selected} select={follow} />}
    </div>
  );
}

/** How many jobs stand how; a click shows which. */
function States({ lineage, text }: { lineage: Lineage; text: string }) {
  const jobs = lineage.places.filter((place) => place.kind === "transform");
  return (
    <span class="lineage-states">
      {(Object.keys(STATES) as (keyof typeof STATES)[]).map((state) => {
        const count = jobs.filter((job) => job.state === state).length;
        const words = `is:transform is:${state}`;
        return count > 0 && (
          <button
            key={state}
            type="button"
            class="button"
            aria-pressed={text === words}
            title={STATES[state]}
            onClick={() => choose({ q: text === words ? null : words })}
          >
            <span class={`status ${state}`}>{count} {state}</span>
          </button>
        );
      })}
    </span>
  );
}
