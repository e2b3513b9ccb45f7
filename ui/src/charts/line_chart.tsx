/** A chart with its crosshair, which all charts of the board share, and its tooltip. */

import { effect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useBoard } from "./board.ts";
import type { Span } from "./extent.ts";
import { nearestReading, type Reading, readingsAt } from "./nearest.ts";
import { Plot, type PlotEvents } from "./plot.ts";
import { summaryOf } from "./summary.ts";
import { Tooltip } from "./tooltip.tsx";
import type { View } from "./view.ts";

const AHEAD = "120px"; // so that what is scrolled to is drawn when it comes into view

type Pointed = Parameters<PlotEvents["point"]>[0];

/** Draws a view as large as its element, and follows the pointer. */
export function LineChart({ view, onZoom, onReset, onRead, plot: shared }: {
  view: View;
  onZoom: (part: Span) => void;
  onReset: () => void;
  /** Tells what stands at the crosshair, to whom shows it elsewhere too. */
  onRead?: (readings: Reading[] | null) => void;
  /** Is given the plot, for whom makes a picture of it. */
  plot?: { current: Plot | null };
}) {
  const board = useBoard();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const [at, setAt] = useState<Pointed>(null);
  const events = useRef<PlotEvents>({ point: () => {}, zoom: onZoom, reset: onReset });
  events.current = {
    point: (pointed) => {
      setAt(pointed);
      board.crosshair.value = pointed && { x: pointed.x, by: place };
    },
    zoom: onZoom,
    reset: onReset,
  };

  useLayoutEffect(() => {
    if (!place.current) return;
    const made = new Plot(place.current, {
      point: (pointed) => events.current.point(pointed),
      zoom: (part) => events.current.zoom(part),
      reset: () => events.current.reset(),
    });
    plot.current = made;
    if (shared) shared.current = made;
    const unfollow = effect(() => {
      const crosshair = board.crosshair.value;
      if (crosshair?.by !== place) made.pointAt(crosshair?.x ?? null);
    });
    return () => {
      unfollow();
      made.destroy();
    };
  }, []);

  const latest = useRef(view);
  latest.current = view;
  const seen = useRef(true);
  const drawn = useRef<{ view: View; size: string } | null>(null);
  const draw = () => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = place.current ?? {};
    const size = `${width}x${height}`;
    if (!width || !seen.current) return;
    const { current: view } = latest;
    if (drawn.current?.view === view && drawn.current.size === size) return; // observers tell of their beginning
    drawn.current = { view, size };
    plot.current?.draw(view, width, height);
  };
  useLayoutEffect(draw, [view]);
  useEffect(() => {
    if (!place.current) return;
    const follow = new ResizeObserver(draw);
    follow.observe(place.current);
    // What grows where nobody looks is drawn when somebody does.
    const look = new IntersectionObserver((found) => {
      seen.current = found.at(-1)!.isIntersecting;
      draw();
    }, { rootMargin: AHEAD });
    look.observe(place.current);
    return () => {
      follow.disconnect();
      look.disconnect();
    };
  }, []);

  const readings = useMemo(() => at && readingsAt(view.picture, at.x), [view, at?.x]);
  useEffect(() => onRead?.(readings), [readings]);
  const nearest = at && readings &&
    nearestReading(readings, at.top, (value) => plot.current?.heightOf(value) ?? NaN);
  const box = plot.current?.box ?? null;
  const corner = at && place.current?.getBoundingClientRect();
  return (
    <div class="line-chart">
      <div ref={place} class="canvas" role="img" aria-label={summaryOf(view)} />
      {at && box && corner && readings && readings.length > 0 && (
        <>
          {nearest && (
            <span
              class="chart-dot"
              style={{
                left: `${box.left + plot.current!.leftOf(nearest.x)}px`,
                top: `${box.top + plot.current!.heightOf(nearest.value)}px`,
                background: nearest.line.colour,
              }}
            />
          )}
          <Tooltip
            x={at.x}
            axis={view.axis}
            readings={readings}
            nearest={nearest}
            left={corner.left + box.left + at.left}
            top={corner.top + box.top + at.top}
          />
        </>
      )}
    </div>
  );
}
