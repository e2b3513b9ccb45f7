/** The drawing of the lineage: moved by dragging, zoomed by the wheel or two fingers, chosen from by clicks. */

import { computed, type Signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Lineage, LineagePlace } from "../../data/history.ts";
import { arrowPath, type Point, type Size, type Viewport, zoomAt } from "./geometry.ts";

/** The height of a box, in pixels, as the server lays them out. */
export const HEIGHT = 34;
const DRAG = 4; // pixels that a pointer may tremble in a click

interface CanvasProps {
  lineage: Lineage;
  /** How the drawing lies in its window. */
  view: Signal<Viewport>;
  /** What is selected. */
  selected: string | null;
  /** What stands out, the rest being faint; null where nothing does. */
  lit: ReadonlySet<string> | null;
  select: (id: string | null) => void;
  /** Is told the size of the window, first and whenever it changes. */
  measured: (size: Size) => void;
}

/** Draws places and the arrows between them. */
export function Canvas({ lineage, view, selected, lit, select, measured }: CanvasProps) {
  const svg = useRef<SVGSVGElement>(null);
  const { wasDragged, ...hand } = useHand(svg, view);
  // The places are drawn once: what moves is the group, and it does so without Preact.
  const moved = useMemo(
    () =>
      computed(() => {
        const { x, y, scale } = view.value;
        return `translate(${x} ${y}) scale(${scale})`;
      }),
    [view],
  );
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) measured(entry.contentRect);
    });
    observer.observe(svg.current!);
    return () => observer.disconnect();
  }, [measured]);
  return (
    <svg
      ref={svg}
      class="lineage-canvas"
      role="group"
      aria-label="Lineage graph"
      {...hand}
      onClick={(event) => {
        const place = event.target instanceof Element ? event.target.closest("[data-place]") : null;
        if (!wasDragged()) select(place?.getAttribute("data-place") ?? null);
      }}
    >
      <defs>
        <marker id="arrowhead" markerWidth="7" markerHeight="7" refX="6" refY="3.5" orient="auto">
          <path d="M0,0 L7,3.5 L0,7 z" class="lineage-head" />
        </marker>
      </defs>
      <g transform={moved}>
        {lineage.routes.map(({ from, to, points }) => (
          <path
            key={`${from}>${to}`}
            d={arrowPath(points)}
            class={`lineage-arrow ${faint(lit, from, to)}`}
            marker-end="url(#arrowhead)"
          />
        ))}
        {lineage.places.map((place) => (
          <PlaceShape
            key={place.id}
            place={place}
            isSelected={place.id === selected}
            fade={faint(lit, place.id)}
          />
        ))}
      </g>
    </svg>
  );
}

function faint(lit: ReadonlySet<string> | null, ...ids: string[]): string {
  return lit === null || ids.every((id) => lit.has(id)) ? "" : "is-faint";
}

function PlaceShape(
  { place, isSelected, fade }: { place: LineagePlace; isSelected: boolean; fade: string },
) {
  const { id, kind, label, x, y, width, state, reason } = place;
  return (
    <g
      data-place={id}
      class={`lineage-place is-${kind} is-${state} ${isSelected ? "is-selected" : ""} ${fade}`}
      transform={`translate(${x} ${y - HEIGHT / 2})`}
      role="button"
      aria-label={`${kind} ${label}: ${state}`}
    >
      <title>{reason ? `${label}\n${state}: ${reason}` : label}</title>
      {kind === "model"
        ? <polygon points={hexagon(width)} />
        : <rect width={width} height={HEIGHT} rx={kind === "transform" ? 7 : HEIGHT / 2} />}
      <circle class="lineage-state" cx={14} r={4.5} />
      <text x={12} y={HEIGHT / 2} dominant-baseline="central">{label}</text>
    </g>
  );
}

function hexagon(width: number): string {
  const middle = HEIGHT / 2, bevel = 10;
  return `0,${middle} ${bevel},0 ${width - bevel},0 ${width},${middle} ${
    width - bevel
  },${HEIGHT} ${bevel},${HEIGHT}`;
}

/** What pointers and the wheel do to a view: one drags it, two zoom it, the wheel zooms around the pointer. */
function useHand(svg: { current: SVGSVGElement | null }, view: Signal<Viewport>) {
  return useMemo(() => {
    const down = new Map<number, Point>();
    let way = 0; // how far the pointer went since it was pressed: a click goes nowhere
    const inside = (event: MouseEvent): Point => {
      const { left, top } = svg.current!.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    const up = (event: PointerEvent) => void down.delete(event.pointerId);
    return {
      wasDragged: () => way > DRAG,
      onPointerDown: (event: PointerEvent) => {
        if (down.size === 0) way = 0;
        down.set(event.pointerId, inside(event));
      },
      onPointerMove: (event: PointerEvent) => {
        const before = down.get(event.pointerId);
        if (!before) return;
        const now = inside(event);
        const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
        way += Math.hypot(now.x - before.x, now.y - before.y);
        if (way > DRAG) svg.current!.setPointerCapture(event.pointerId);
        const { x, y, scale } = view.peek();
        view.value = other
          ? zoomAt(view.peek(), other, distance(now, other) / Math.max(1, distance(before, other)))
          : { scale, x: x + now.x - before.x, y: y + now.y - before.y };
        down.set(event.pointerId, now);
      },
      onPointerUp: up,
      onPointerCancel: up,
      onWheel: (event: WheelEvent) => {
        event.preventDefault();
        const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
        view.value = zoomAt(view.peek(), inside(event), Math.exp(-event.deltaY * lines / 500));
      },
    };
  }, [svg, view]);
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
