/** One axis of parallel coordinates: its labels, and the brush that is drawn along it. */

import { useRef } from "preact/hooks";
import type { Span } from "./extent.ts";
import { labelsOn, numberAt, type ParallelAxis, positionOn } from "./parallel.ts";

/** How high the whole is, and where axes have their head and foot, in pixels. */
export const HEIGHT = 330;
export const HEAD = 44;
const FOOT = HEIGHT - 48;
const NONE = HEIGHT - 26;
const WIDE = 28;
const LONGEST = 12; // letters of a label
const LETTER = 6.4; // pixels

/** Where a position on an axis stands; experiments without a value run below its foot. */
export function yOf(position: number | null): number {
  return position === null ? NONE : FOOT + position * (HEAD - FOOT);
}

function positionAt(y: number): number {
  return Math.min(Math.max((y - FOOT) / (HEAD - FOOT), 0), 1);
}

/** What stands beside an axis, on a ground of its own, as lines run below it. */
function Label({ right, middle, text }: { right: number; middle: number; text: string }) {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  const width = shown.length * LETTER + 6;
  return (
    <>
      <rect class="ground" x={right - width} y={middle - 8} width={width} height="16" rx="4" />
      <text x={right - 3} y={middle + 4} text-anchor="end">{shown}</text>
    </>
  );
}

/** An axis that can be brushed by pointer and by keys: the arrows move its upper end, with Shift the lower one. */
export function AxisView({ axis, left, lacking, brush, onDrag, onBrush }: {
  axis: ParallelAxis;
  left: number;
  /** Whether some experiment has no value on it. */
  lacking: boolean;
  brush: Span | null;
  /** Tells of a brush while it is drawn. */
  onDrag: (span: Span) => void;
  /** Tells of a brush that was drawn, or of one that was taken away. */
  onBrush: (span: Span | null) => void;
}) {
  const began = useRef<number | null>(null);
  const yIn = (event: PointerEvent) =>
    event.clientY -
    (event.currentTarget as SVGElement).ownerSVGElement!.getBoundingClientRect().top;
  const spanTo = (y: number): Span => {
    const ends = [positionAt(began.current!), positionAt(y)].sort((a, b) => a - b);
    return [numberAt(axis, ends[0]!), numberAt(axis, ends[1]!)];
  };
  const down = (event: PointerEvent) => {
    (event.currentTarget as SVGElement).setPointerCapture(event.pointerId);
    began.current = yIn(event);
  };
  const move = (event: PointerEvent) => {
    if (began.current !== null && Math.abs(yIn(event) - began.current) > 3) {
      onDrag(spanTo(yIn(event)));
    }
  };
  const up = (event: PointerEvent) => {
    if (began.current === null) return;
    const drawn = Math.abs(yIn(event) - began.current) > 3;
    if (drawn || brush) onBrush(drawn ? spanTo(yIn(event)) : null);
    began.current = null;
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape" || event.key === "Delete") {
      if (brush) onBrush(null);
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      const ends = (brush ?? axis.span).map((end) => positionOn(axis, end)) as Span;
      ends[event.shiftKey ? 0 : 1] += event.key === "ArrowUp" ? 0.05 : -0.05;
      const [low, high] = ends.map((end) => Math.min(Math.max(end, 0), 1)) as Span;
      if (low < high) onBrush([numberAt(axis, low), numberAt(axis, high)]);
    } else return;
    event.stopPropagation();
  };
  const ends = brush?.map((end) => yOf(Math.min(Math.max(positionOn(axis, end), 0), 1)));
  return (
    <g class="parallel-axis">
      <path d={`M${left} ${HEAD}V${FOOT}`} />
      {labelsOn(axis, 6).map(({ at, text }) => (
        <g key={text}>
          <path d={`M${left - 4} ${yOf(at)}h4`} />
          <Label right={left - 6} middle={yOf(at)} text={text} />
        </g>
      ))}
      {lacking && (
        <g class="none">
          <Label right={left - 6} middle={NONE} text="none" />
        </g>
      )}
      {ends && (
        <rect
          class="brush"
          x={left - 8}
          width="16"
          y={ends[1]}
          height={Math.max(ends[0]! - ends[1]!, 1)}
        />
      )}
      <rect
        class="grip"
        x={left - WIDE / 2}
        width={WIDE}
        y={HEAD - 6}
        height={FOOT - HEAD + 12}
        tabIndex={0}
        role="slider"
        aria-orientation="vertical"
        aria-label={`Brush on ${axis.title}`}
        aria-valuemin={axis.span[0]}
        aria-valuemax={axis.span[1]}
        aria-valuenow={brush?.[1] ?? axis.span[1]}
        aria-valuetext={brush ? `from ${brush[0]} to ${brush[1]}` : "everything"}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => began.current = null}
        onKeyDown={keys}
      />
    </g>
  );
}
