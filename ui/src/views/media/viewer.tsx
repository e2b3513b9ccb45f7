/** Images looked at closely: one, or two that are compared by swiping, side by side, or by what differs. */

import "./viewer.css";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { IconButton, Swatch } from "../../design/parts.tsx";
import { adjust, choose, chosen, query } from "../../state/address.ts";
import { Caption, Download, mediaUrl } from "./cards.tsx";
import { isSmall } from "./images.tsx";
import { parseSeen, type Seen, seenAsText } from "./seen.ts";
import type { MediaSeries, Medium } from "./series.ts";
import { compareSteps, shownAt } from "./steps.ts";

type Owners = MediaSeries["owners"];

/** An image with whose it is. */
interface Side {
  run: Owners[number]["run"];
  entries: Medium[];
  entry: Medium;
}

const WAYS = { swipe: "Swipe", side: "Side by side", difference: "Difference" } as const;
type Way = keyof typeof WAYS;

/**
 * Shows the images that the address names, above everything else.
 *
 * @param model the model's rid.
 * @param series the series that are looked at.
 */
export function Viewer({ model, series }: { model: string; series: MediaSeries[] }) {
  const name = chosen("of");
  const owners = series.find((one) => one.name === name)?.owners ?? [];
  const sides = parseSeen(query.value.getAll("see")).flatMap((seen) => sideOf(owners, seen));
  return name !== null && sides.length > 0
    ? <Window model={model} series={name} owners={owners} sides={sides} />
    : null;
}

function sideOf(owners: Owners, { rank, step }: Seen): Side[] {
  const owner = owners.find(({ run }) => run.rank === rank);
  const shown = owner && shownAt(owner.entries, step);
  return shown && (shown.kind === "exact" || shown.kind === "before")
    ? [{ ...owner, entry: shown.entry }]
    : [];
}

function see(sides: readonly Side[]): { see: string[] } {
  return { see: seenAsText(sides.map(({ run, entry }) => ({ rank: run.rank, step: entry.step }))) };
}

/** Returns what a side is compared with at first: another experiment at that step, else its own first image. */
function counterpart(owners: Owners, side: Side): Side | null {
  const others = owners.filter(({ run }) => run.rank !== side.run.rank);
  const found =
    others.flatMap(({ run }) => sideOf(owners, { rank: run.rank, step: side.entry.step }))[0];
  const first = side.entries[0]!;
  return found ??
    (compareSteps(first.step, side.entry.step) < 0 ? { ...side, entry: first } : null);
}

function Window({ model, series, owners, sides }: {
  model: string;
  series: string;
  owners: Owners;
  sides: Side[];
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current!.showModal(), []); // with what is drawn: whoever sees it may press a key
  const close = () => choose({ of: null, see: null, way: null });
  const other = sides.length === 1 ? counterpart(owners, sides[0]!) : null;
  const way = (chosen("way") ?? "swipe") as Way;

  const move = (change: (side: Side) => Side | null) => {
    const moved = sides.map((side, place) =>
      place === sides.length - 1 ? change(side) ?? side : side
    );
    adjust(see(moved));
  };
  const keys: Record<string, () => void> = {
    ArrowLeft: () => move((side) => stepped(side, -1)),
    ArrowRight: () => move((side) => stepped(side, 1)),
    ArrowUp: () => move((side) => neighbour(owners, side, -1)),
    ArrowDown: () => move((side) => neighbour(owners, side, 1)),
  };
  return (
    <dialog
      ref={dialog}
      class="viewer"
      aria-label={series}
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
      onKeyDown={(event) => {
        const act = keys[event.key];
        if (
          !act || event.target instanceof HTMLInputElement ||
          event.target instanceof HTMLSelectElement
        ) return;
        event.preventDefault();
        act();
      }}
    >
      <header>
        <h2>{series}</h2>
        {sides.length === 2 && (
          <div class="segments" role="group" aria-label="How they are compared">
            {(Object.keys(WAYS) as Way[]).map((one) => (
              <button
                key={one}
                type="button"
                class="button"
                aria-pressed={one === way}
                onClick={() => choose({ way: one === "swipe" ? null : one })}
              >
                {WAYS[one]}
              </button>
            ))}
          </div>
        )}
        {other && (
          <button
            type="button"
            class="button"
            onClick={() => choose(see([...sides, other]))}
          >
            Compare
          </button>
        )}
        {sides.length === 2 && (
          <button
            type="button"
            class="button"
            onClick={() => choose(see([sides[0]!]))}
          >
            One only
          </button>
        )}
        <IconButton icon="close" name="Close" onClick={close} />
      </header>
      <Pictures model={model} series={series} sides={sides} way={way} />
      <div class="viewer-sides">
        {sides.map((side, place) => (
          <SideFacts
            key={place}
            model={model}
            series={series}
            owners={owners}
            side={side}
            put={(changed) => adjust(see(sides.with(place, changed)))}
          />
        ))}
      </div>
      <p class="hint">
        <kbd>←</kbd> <kbd>→</kbd> step, <kbd>↑</kbd> <kbd>↓</kbd> experiment, <kbd>Esc</kbd> closes
      </p>
    </dialog>
  );
}

function stepped(side: Side, by: number): Side | null {
  const entry = side.entries[side.entries.indexOf(side.entry) + by];
  return entry ? { ...side, entry } : null;
}

function neighbour(owners: Owners, side: Side, by: number): Side | null {
  const place = owners.findIndex(({ run }) => run.rank === side.run.rank);
  for (let next = place + by; owners[next]; next += by) {
    const found = sideOf(owners, { rank: owners[next]!.run.rank, step: side.entry.step })[0];
    if (found) return found;
  }
  return null;
}

function Pictures(
  { model, series, sides, way }: { model: string; series: string; sides: Side[]; way: Way },
) {
  const [left, right] = sides.map(({ run, entry }) => ({
    src: mediaUrl(model, "images", series, entry),
    class: isSmall(entry) ? "is-small" : "",
    alt: `${series} of ${run.name} at step ${entry.step}`,
  }));
  if (!right) {
    return (
      <div class="pictures">
        <img {...left} />
      </div>
    );
  }
  if (way === "side") {
    return (
      <div class="pictures is-side">
        <img {...left} />
        <img {...right} />
      </div>
    );
  }
  if (way === "difference") {
    return (
      <div class="pictures is-difference">
        <img {...left} />
        <img {...right} />
      </div>
    );
  }
  return <Swipe left={left!} right={right} />;
}

interface Picture {
  src: string;
  class: string;
  alt: string;
}

/** Two images in one place, with an edge between them that is dragged. */
function Swipe({ left, right }: { left: Picture; right: Picture }) {
  const [edge, setEdge] = useState(50);
  return (
    <div class="pictures is-swipe">
      <img {...left} style={{ clipPath: `inset(0 ${100 - edge}% 0 0)` }} />
      <img {...right} style={{ clipPath: `inset(0 0 0 ${edge}%)` }} />
      <div class="swipe-edge" style={{ left: `${edge}%` }} />
      <input
        type="range"
        min={0}
        max={100}
        step={0.5}
        value={edge}
        aria-label="Where the left image ends and the right one begins"
        onInput={(event) => setEdge(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

function SideFacts({ model, series, owners, side, put }: {
  model: string;
  series: string;
  owners: Owners;
  side: Side;
  put: (side: Side) => void;
}) {
  const { run, entries, entry } = side;
  return (
    <section>
      <div class="viewer-choice">
        <Swatch look={run} />
        <select
          class="field"
          aria-label="Experiment"
          value={run.rank}
          onChange={(event) => {
            const found =
              sideOf(owners, { rank: Number(event.currentTarget.value), step: entry.step })[0];
            if (found) put(found);
          }}
        >
          {owners.map((owner) => (
            <option key={owner.run.id} value={owner.run.rank}>{owner.run.name}</option>
          ))}
        </select>
        <select
          class="field"
          aria-label="Step"
          value={String(entry.step)}
          onChange={(event) => put({ ...side, entry: entries[event.currentTarget.selectedIndex]! })}
        >
          {entries.map(({ step }) => <option key={step} value={String(step)}>step {step}</option>)}
        </select>
        <Download
          url={mediaUrl(model, "images", series, entry, { download: "1" })}
          name={`${series} of ${run.name} at step ${entry.step}`}
        />
      </div>
      <Caption text={entry.caption} />
      <small>{entry.width} × {entry.height} pixels</small>
    </section>
  );
}
