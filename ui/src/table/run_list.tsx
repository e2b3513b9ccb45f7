/** The runs of a model beside its charts and media: what is drawn, in which colour. */

import "./run_list.css";
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Skeleton } from "../design/answered.tsx";
import { Icon } from "../design/icons.tsx";
import { IconButton, Swatch } from "../design/parts.tsx";
import { Search } from "../design/search.tsx";
import { counted } from "../format/number.ts";
import { experimentPlace } from "../models/place.tsx";
import { useKeys } from "../shell/keys.ts";
import { adjust, choose, chosen, go, here } from "../state/address.ts";
import { pointedAt, type Run, type Runs, useRuns } from "../state/runs.ts";
import { flipped, onTop, selecting, toggled } from "../state/selection.ts";
import { columnsOf } from "./columns.ts";
import { testOf } from "./filter.ts";
import { visibleRows } from "./window.ts";

const ROW = 30; // pixels, as in run_list.css

/** A list to select, hide and solo runs in, newest first below the pinned ones. It is a strip above what is drawn on a narrow page. */
export function RunList({ model }: { model: string }) {
  const runs = useRuns(model);
  const wanted = chosen("q") ?? "";
  const ranks = useFound(runs, wanted);
  const shown = [...new Set([...onTop(runs.selection), ...ranks])].flatMap((rank) =>
    runs.all[rank] ?? []
  );
  useRunKeys(model, shown, runs);
  const { selection } = runs;
  return (
    <aside class="runs" aria-label="Runs">
      <header>
        <Search of="q" name="Search runs" />
      </header>
      <div class="line soft">
        <span>{selection.runs.length} of {counted(runs.all.length, "run")}</span>
        <span class="inline">
          <button
            type="button"
            class="quiet"
            onClick={() => choose(selecting(ranks))}
          >
            All
          </button>
          <button type="button" class="quiet" onClick={() => choose(selecting([]))}>None</button>
        </span>
      </div>
      {wanted && !ranks.length && (
        <p class="note soft">
          No run is as you search for it. <a href={here({ q: null })}>Show all</a>
        </p>
      )}
      {runs.experiments || runs.problem
        ? <Rows found={shown} runs={runs} />
        : <Skeleton rows={12} />}
    </aside>
  );
}

/** The ranks of the runs that a search finds, as in the table of experiments; newest first. */
function useFound({ all, experiments }: Runs, wanted: string): number[] {
  return useMemo(() => {
    const ranks = experiments?.columns.rank ?? [];
    const test = wanted && experiments
      ? testOf(wanted, columnsOf(experiments), ranks.map((rank) => all[rank]!.name))
      : () => true;
    return ranks.filter((_, place) => test(place)).sort((a, b) => b - a);
  }, [experiments, wanted]);
}

function Rows({ found, runs }: { found: Run[]; runs: Runs }) {
  const box = useRef<HTMLDivElement>(null);
  const top = useRef(signal(0)).current;
  const at = found.findIndex(({ rank }) => String(rank) === chosen("run"));
  useEffect(() => {
    if (at >= 0) keepInView(box.current!, at * ROW, ROW);
  }, [at]);
  useEffect(() => () => void (pointedAt.value = null), []);
  const { first, last } = visibleRows(
    top.value,
    box.current?.clientHeight || 800,
    ROW,
    found.length,
  );
  return (
    <div
      class="rows"
      ref={box}
      tabIndex={0}
      role="group"
      aria-label="Runs, to go through with the arrows"
      onScroll={(event) => top.value = event.currentTarget.scrollTop}
      onPointerLeave={() => pointedAt.value = null}
    >
      <div style={{ height: `${found.length * ROW}px` }}>
        {found.slice(first, last).map((run, place) => (
          <Row
            key={run.rank}
            run={run}
            runs={runs}
            top={(first + place) * ROW}
            focused={first + place === at}
          />
        ))}
      </div>
    </div>
  );
}

function Row({ run, runs: { selection, drawn }, top, focused }: {
  run: Run;
  runs: Runs;
  top: number;
  focused: boolean;
}) {
  const { rank } = run;
  const selected = selection.runs.includes(rank);
  const isDrawn = drawn.some((one) => one.rank === rank);
  const hidden = selection.hidden.includes(rank);
  const tabIndex = focused ? 0 : -1; // a hundred runs are one stop of the Tab key
  const classes = `run${selected ? " selected" : ""}${focused ? " at" : ""}`;
  return (
    <div
      class={classes}
      style={{ transform: `translateY(${top}px)` }}
      onPointerEnter={() => pointedAt.value = rank}
    >
      <button
        type="button"
        class="name"
        tabIndex={tabIndex}
        aria-pressed={selected}
        onClick={() => choose(toggled(selection, rank))}
        title={run.name}
      >
        <Swatch
          look={selected || isDrawn ? run : null}
          filled={isDrawn}
        />
        <span>{run.name}</span>
        {run.status !== "SUCCEEDED" && (
          <i class={`status ${run.status.toLowerCase()}`} title={run.status.toLowerCase()} />
        )}
        {selection.baseline === rank && <Icon name="scale" size={13} />}
        {selection.pinned.includes(rank) && <Icon name="pin" size={13} />}
      </button>
      <span class="acts">
        <IconButton
          icon="solo"
          name="Draw this one only"
          pressed={selection.solo === rank}
          tabIndex={tabIndex}
          onClick={() => choose({ solo: selection.solo === rank ? null : rank })}
        />
        <IconButton
          icon={hidden ? "eyeOff" : "eye"}
          name={hidden ? "Draw it again" : "Hide it"}
          pressed={hidden}
          tabIndex={tabIndex}
          onClick={() => choose(flipped("hide", selection.hidden, rank))}
        />
      </span>
    </div>
  );
}

/** Moves a box as little as is needed for a row to be seen. */
export function keepInView(box: HTMLElement, top: number, height: number, covered = 0): void {
  if (top < box.scrollTop) box.scrollTop = top;
  const below = top + height + covered - box.clientHeight;
  if (below > box.scrollTop) box.scrollTop = below;
}

/**
 * Binds the keys that act on runs: arrows go through them, the others change the one that was gone to.
 *
 * @param model the model's rid.
 * @param found the runs in the order in which they are shown.
 * @param runs what is chosen of them.
 */
export function useRunKeys(model: string, found: readonly Run[], { selection }: Runs): void {
  const rank = chosen("run");
  const at = found.findIndex((run) => String(run.rank) === rank);
  const step = (by: number) => {
    const next = found[at < 0 ? 0 : Math.min(Math.max(at + by, 0), found.length - 1)];
    if (next) adjust({ run: next.rank });
    pointedAt.value = null; // whoever goes by keys looks at where they lead
    const pressed = document.activeElement;
    if (pressed instanceof HTMLButtonElement) pressed.blur(); // Space and Enter are the run's now
  };
  const act = (change: (run: Run) => void) => () => found[at] && change(found[at]);
  useKeys({
    ArrowDown: ["Next run", () => step(1)],
    ArrowUp: ["Run before", () => step(-1)],
    " ": ["Select the run, or not", act((run) => choose(toggled(selection, run.rank)))],
    Enter: ["Open the run", act((run) => go(experimentPlace(model, run.id)))],
    s: [
      "Draw this run only",
      act((run) => choose({ solo: selection.solo === run.rank ? null : run.rank })),
    ],
    h: [
      "Hide the run, or draw it again",
      act((run) => choose(flipped("hide", selection.hidden, run.rank))),
    ],
    p: ["Pin the run to the top", act((run) => choose(flipped("pin", selection.pinned, run.rank)))],
    c: [
      "Compare the others with this run",
      act((run) => choose({ base: selection.baseline === run.rank ? null : run.rank })),
    ],
    Escape: ["Leave solo and comparison", () => choose({ solo: null, base: null })],
  });
}
