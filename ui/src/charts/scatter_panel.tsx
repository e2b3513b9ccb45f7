/** A dot for each experiment: a parameter or a metric against another, with those that no other beats in both. */

import { useMemo, useRef, useState } from "preact/hooks";
import { goalOf } from "../data/goal.ts";
import { number } from "../format/number.ts";
import { selecting } from "../state/selection.ts";
import { useBoard } from "./board.ts";
import { type Column, mostVaried } from "./columns.ts";
import type { PanelProps } from "./panels.tsx";
import { labelsOn, numberOn, type ParallelAxis, parallelAxis, positionOn } from "./parallel.ts";
import { type Better, type Pair, paretoFront } from "./pareto.ts";
import { pathsOf } from "./strokes.ts";
import { useWidth } from "./width.ts";

const HEIGHT = 360;
const BOX = { left: 74, right: 20, top: 14, bottom: 40 };
const NEAR = 14; // pixels in which a dot is pointed at

/** An axis: what lies on it, and which end is better; of a parameter neither is until a person says so. */
interface Chosen {
  column: Column | undefined;
  better: Better | null;
}

/** A choice of the address: a column, before it `-` where less is better and `+` where more is. */
function sideOf(
  text: string | null,
  columns: readonly Column[],
  otherwise: Column | undefined,
): Chosen {
  const key = text?.replace(/^[+-]/, "");
  const column = columns.find((one) => one.key === key) ?? otherwise;
  const said = text?.[0] === "+" ? "high" : text?.[0] === "-" ? "low" : null;
  if (said || !column?.key.startsWith("metric:")) return { column, better: said };
  return { column, better: goalOf(column.title) === "least" ? "low" : "high" };
}

/** The scatter with its two axes. */
export function ScatterPanel({ columns, runs, drawn }: PanelProps) {
  const { choosing } = useBoard();
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const [pointed, setPointed] = useState<number | null>(null);
  const query = choosing.query.value;
  const metrics = columns.filter(({ key }) => key.startsWith("metric:"));
  const below = sideOf(query.get("px"), columns, mostVaried(columns) ?? columns[0]);
  const side = sideOf(
    query.get("py"),
    columns,
    metrics.find((one) => one !== below.column) ?? columns[1],
  );
  const axes = useMemo(
    () =>
      [[below, side], [side, below]].map(([one, other]) =>
        // What cannot be drawn for want of the other value takes no room.
        parallelAxis(
          "",
          one!.column?.title ?? "",
          (one!.column?.values ?? []).filter((_, rank) =>
            (other!.column?.values[rank] ?? null) !== null
          ),
        )
      ),
    [below.column, side.column],
  );
  const [xAxis, yAxis] = axes as [ParallelAxis, ParallelAxis];
  const pairs: Pair[] = useMemo(
    () =>
      runs.map((_, rank) =>
        [
          numberOn(xAxis, below.column?.values[rank] ?? null),
          numberOn(yAxis, side.column?.values[rank] ?? null),
        ] as const
      ),
    [runs, xAxis, yAxis],
  );
  const front = useMemo(
    () => below.better && side.better ? paretoFront(pairs, [below.better, side.better]) : [],
    [pairs, below.better, side.better],
  );
  const left = (value: number) =>
    BOX.left + inset(positionOn(xAxis, value)) * (width - BOX.left - BOX.right);
  const top = (value: number) =>
    HEIGHT - BOX.bottom - inset(positionOn(yAxis, value)) * (HEIGHT - BOX.top - BOX.bottom);
  const at = (rank: number) => {
    const [x, y] = pairs[rank]!;
    return x === null || y === null ? null : [left(x), top(y)] as const;
  };
  const dot = (rank: number) => {
    const found = at(rank);
    return found ? `M${found[0].toFixed(1)} ${found[1].toFixed(1)}h0` : "";
  };
  const missing = pairs.filter((pair) => pair.includes(null)).length;
  const move = (event: PointerEvent) => {
    const box = place.current!.getBoundingClientRect();
    let least = NEAR;
    let best: number | null = null;
    pairs.forEach((_, rank) => {
      const found = at(rank);
      const distance = found
        ? Math.hypot(found[0] - event.clientX + box.left, found[1] - event.clientY + box.top)
        : NEAR;
      if (distance < least) [best, least] = [rank, distance];
    });
    setPointed(best);
  };
  const click = () => {
    if (pointed === null) return;
    choosing.choose(
      selecting(
        drawn.has(pointed) ? [...drawn].filter((rank) => rank !== pointed) : [...drawn, pointed],
      ),
    );
  };
  const places = front.map(at).filter((found) => found !== null);
  const here = pointed === null ? null : at(pointed);
  const bright = pathsOf(
    runs.filter(({ rank }) => drawn.has(rank)).map((run) => ({
      look: { colour: run.colour, dash: [] },
      d: dot(run.rank),
    })),
  );
  return (
    <>
      <figcaption>
        <b>Scatter</b>
        <Side
          name="Axis below"
          side={below}
          columns={columns}
          onChange={(px) => choosing.choose({ px })}
        />
        <Side
          name="Axis at the side"
          side={side}
          columns={columns}
          onChange={(py) => choosing.choose({ py })}
        />
        {front.length > 0 && (
          <button
            type="button"
            class="button"
            onClick={() => choosing.choose(selecting(front))}
          >
            Select the {front.length} on the Pareto front
          </button>
        )}
        {missing > 0 && <span class="soft">{missing} of {runs.length} runs lack a value</span>}
      </figcaption>
      <div
        ref={place}
        class={`scatter${here ? " pointed" : ""}`}
        onPointerMove={move}
        onPointerLeave={() => setPointed(null)}
        onClick={click}
      >
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`${side.column?.title} against ${below.column?.title}: ${
            runs.length - missing
          } runs, ${front.length} on the Pareto front`}
        >
          {labelsOn(yAxis, 6).map(({ at, text }) => {
            const y = HEIGHT - BOX.bottom - inset(at) * (HEIGHT - BOX.top - BOX.bottom);
            return (
              <g key={text}>
                <path class="rule" d={`M${BOX.left} ${y}H${width - BOX.right}`} />
                <text x={BOX.left - 8} y={y + 4} text-anchor="end">{text}</text>
              </g>
            );
          })}
          {labelsOn(xAxis, Math.max(3, width / 110)).map(({ at, text }) => {
            const x = BOX.left + inset(at) * (width - BOX.left - BOX.right);
            return (
              <g key={text}>
                <path class="rule" d={`M${x} ${BOX.top}V${HEIGHT - BOX.bottom}`} />
                <text x={x} y={HEIGHT - BOX.bottom + 16} text-anchor="middle">{text}</text>
              </g>
            );
          })}
          <text x={(width + BOX.left) / 2} y={HEIGHT - 6} text-anchor="middle">
            {below.column?.title}
          </text>
          <path class="dots" d={width ? runs.map((_, rank) => dot(rank)).join("") : ""} />
          {width > 0 &&
            bright.map(({ look, d }) => (
              <path key={look.colour} class="dots bright" d={d} style={{ stroke: look.colour }} />
            ))}
          <path
            class="front"
            d={places.map(([x, y], at) => `${at ? "L" : "M"}${x} ${y}`).join("")}
          />
          {places.map(([x, y], at) => <circle key={at} class="on-front" cx={x} cy={y} r="7" />)}
        </svg>
        {here && (
          <div
            class="chart-tooltip in-panel"
            style={{ left: `${Math.min(here[0] + 14, width - 190)}px`, top: `${here[1] + 10}px` }}
          >
            <b>{runs[pointed!]!.name}</b>
            <div class="soft">{below.column?.title} {number(pairs[pointed!]![0])}</div>
            <div class="soft">{side.column?.title} {number(pairs[pointed!]![1])}</div>
          </div>
        )}
      </div>
    </>
  );
}

/** Leaves room between dots and the edge. */
function inset(position: number): number {
  return 0.03 + 0.94 * position;
}

function Side({ name, side: { column, better }, columns, onChange }: {
  name: string;
  side: Chosen;
  columns: readonly Column[];
  onChange: (text: string) => void;
}) {
  const sign = better === "low" ? "-" : "+";
  return (
    <span class="field">
      <select
        aria-label={name}
        value={column?.key}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {columns.map(({ key, title }) => <option key={key} value={key}>{title}</option>)}
      </select>
      <button
        type="button"
        class="quiet"
        title="Which end is better, for the Pareto front"
        onClick={() => onChange(`${sign === "-" ? "+" : "-"}${column?.key}`)}
      >
        {better === null
          ? "neither is better"
          : better === "low"
          ? "less is better"
          : "more is better"}
      </button>
    </span>
  );
}
