/** Parallel coordinates: what is brushed on the axes is what the table and the charts have selected. */

import { useMemo, useRef, useState } from "preact/hooks";
import { IconButton } from "../design/parts.tsx";
import { selecting } from "../state/selection.ts";
import { useBoard } from "./board.ts";
import { usualAxes } from "./columns.ts";
import type { Span } from "./extent.ts";
import type { PanelProps } from "./panels.tsx";
import { numberOn, type ParallelAxis, parallelAxis, passes, positionOn } from "./parallel.ts";
import { AxisView, HEAD, HEIGHT, yOf } from "./parallel_axis.tsx";
import { spansAsText, spansFromText } from "./spans.ts";
import { pathsOf } from "./strokes.ts";
import { useWidth } from "./width.ts";

const SIDE = 76; // pixels on either side of the first and the last axis
const LEAST = 116; // pixels between two axes: what stands beside them has room, and what is wider scrolls
const NEAR = 10; // pixels in which a line is pointed at

/** All experiments as lines over the axes. */
export function ParallelPanel({ columns, runs, drawn }: PanelProps) {
  const { choosing } = useBoard();
  const place = useRef<HTMLDivElement>(null);
  const seen = useWidth(place);
  const [dragged, setDragged] = useState<{ key: string; span: Span } | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const query = choosing.query.value;
  const keys = query.has("axes") ? query.getAll("axes") : usualAxes(columns);
  const brushes = spansFromText(query.getAll("brush"));
  if (dragged) brushes.set(dragged.key, dragged.span);

  const axes = useMemo(() =>
    keys.flatMap((key) => {
      const column = columns.find((one) => one.key === key);
      return column
        ? [{ ...parallelAxis(key, column.title, column.values), values: column.values }]
        : [];
    }), [keys.join("\n"), columns]);
  const width = Math.max(seen, 2 * SIDE + (axes.length - 1) * LEAST);
  const between = axes.length < 2 ? seen - SIDE : (width - 2 * SIDE) / (axes.length - 1);
  const left = (place: number) => axes.length < 2 ? width / 2 : SIDE + place * between;
  const heights = useMemo(() => runs.map((_, rank) => axes.map((axis) => heightOn(axis, rank))), [
    axes,
    runs,
  ]);
  const within = (spans: ReadonlyMap<string, Span>) => (rank: number) =>
    passes(axes, spans, (axis) => (axis as typeof axes[number]).values[rank] ?? null);
  const isBrushed = axes.some(({ key }) => brushes.has(key));
  const bright = isBrushed ? within(brushes) : (rank: number) => drawn.has(rank);

  const lineOf = (rank: number) =>
    heights[rank]!.map((y, at) => `${at ? "L" : "M"}${left(at).toFixed(1)} ${y.toFixed(1)}`).join(
      "",
    );
  const [grey, coloured] = useMemo(() => {
    const pieces = runs.map((look, rank) => ({ look, rank, d: seen ? lineOf(rank) : "" }));
    return [pieces.map(({ d }) => d).join(""), pathsOf(pieces.filter(({ rank }) => bright(rank)))];
  }, [heights, width, seen > 0, drawn, brushes.size, JSON.stringify([...brushes])]);

  const brush = (key: string, span: Span | null) => {
    setDragged(null);
    const spans = spansFromText(query.getAll("brush"));
    spans.delete(key);
    if (span) spans.set(key, span);
    const texts = spansAsText(spans);
    const passing = runs.map(({ rank }) => rank).filter(within(spansFromText(texts)));
    choosing.choose({ brush: texts, ...(spans.size ? selecting(passing) : { runs: null }) });
  };
  const setAxes = (next: string[]) => choosing.choose({ axes: next.length ? next : null });
  const move = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    setPointed(
      nearestLine(
        heights,
        axes.map((_, at) => left(at)),
        event.clientX - box.left,
        event.clientY - box.top,
      ),
    );
  };
  return (
    <>
      <figcaption>
        <b>Parallel coordinates</b>
        <span class="soft">
          {isBrushed
            ? `${
              runs.filter((_, rank) => bright(rank)).length
            } of ${runs.length} runs are within the brushes`
            : "Drag along an axis to select runs"}
        </span>
        <select
          aria-label="Add an axis"
          value=""
          onChange={(event) => setAxes([...keys, event.currentTarget.value])}
        >
          <option value="">Add an axis …</option>
          {columns.filter(({ key }) => !keys.includes(key)).map(({ key, title }) => (
            <option key={key} value={key}>{title}</option>
          ))}
        </select>
        {isBrushed && (
          <button
            type="button"
            class="button"
            onClick={() => choosing.choose({ brush: null, runs: null })}
          >
            Clear brushes
          </button>
        )}
      </figcaption>
      <div ref={place} class="scroll-x">
        <div
          class="parallel"
          style={{ width: `${width}px` }}
          onPointerMove={move}
          onPointerLeave={() => setPointed(null)}
        >
          <svg width={width} height={HEIGHT} role="group" aria-label="Parallel coordinates">
            <path class="grey" d={grey} />
            {coloured.map(({ look, d }) => (
              <path
                key={look.colour + look.dash.join()}
                class="bright"
                d={d}
                style={{ stroke: look.colour }}
                stroke-dasharray={look.dash.join(" ") || undefined}
              />
            ))}
            {pointed !== null && runs[pointed] && (
              <>
                <path
                  class="pointed"
                  d={lineOf(pointed)}
                  style={{ stroke: runs[pointed].colour }}
                />
                <text class="pointed-name" x={width / 2} y={HEIGHT - 4} text-anchor="middle">
                  {runs[pointed].name}
                </text>
              </>
            )}
            {axes.map((axis, at) => (
              <AxisView
                key={axis.key}
                axis={axis}
                left={left(at)}
                lacking={heights.some((line) => line[at] === yOf(null))}
                brush={brushes.get(axis.key) ?? null}
                onDrag={(span) => setDragged({ key: axis.key, span })}
                onBrush={(span) => brush(axis.key, span)}
              />
            ))}
          </svg>
          {axes.map((axis, at) => (
            <span
              key={axis.key}
              class="parallel-title"
              style={{ left: `${left(at)}px`, top: `${HEAD - 38}px`, maxWidth: `${between - 6}px` }}
            >
              <span title={axis.title}>{axis.title}</span>
              <IconButton
                icon="close"
                name={`Without ${axis.title}`}
                onClick={() => setAxes(keys.filter((key) => key !== axis.key))}
              />
            </span>
          ))}
        </div>
      </div>
    </>
  );
}

function heightOn(axis: ParallelAxis & { values: readonly unknown[] }, rank: number): number {
  const number = numberOn(axis, axis.values[rank] as never ?? null);
  return yOf(number === null ? null : positionOn(axis, number));
}

/** The rank of the line that is nearest to a place, if one is near. */
function nearestLine(
  heights: readonly number[][],
  lefts: readonly number[],
  x: number,
  y: number,
): number | null {
  const after = lefts.findIndex((left) => left >= x);
  if (after < 1) return null;
  const share = (x - lefts[after - 1]!) / (lefts[after]! - lefts[after - 1]!);
  let best: number | null = null;
  let least = NEAR;
  heights.forEach((line, rank) => {
    const distance = Math.abs(line[after - 1]! * (1 - share) + line[after]! * share - y);
    if (distance < least) [best, least] = [rank, distance];
  });
  return best;
}
