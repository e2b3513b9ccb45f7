/** One chart of the wall: its name, the lines, what is shown of how much, and what can be done with it. */

import { useRef, useState } from "preact/hooks";
import { IconButton } from "../design/parts.tsx";
import { useBoard } from "./board.ts";
import { ChartMenu } from "./chart_menu.tsx";
import { LineChart } from "./line_chart.tsx";
import { useNear } from "./near.ts";
import { Notes } from "./notes.tsx";
import type { Plot } from "./plot.ts";
import { ChartTable } from "./chart_table.tsx";
import { useSeries } from "./series.ts";
import { spansAsText } from "./spans.ts";
import { type Chosen, SIZES } from "./chosen.ts";

/** How high a chart is, for its width. */
export const SHAPE = 0.58;

/** A place on the wall; the chart is made when the place is near the window. */
export function ChartPlace({ series, chosen }: { series: string; chosen: Chosen }) {
  const place = useRef<HTMLElement>(null);
  const near = useNear(place);
  return (
    <article
      ref={place}
      class="chart-card"
      aria-label={series}
      style={{ height: `${Math.round(chosen.size * SHAPE) + 64}px` }}
    >
      {near ? <ChartCard series={series} chosen={chosen} /> : <h3 class="chart-title">{series}</h3>}
    </article>
  );
}

function ChartCard({ series, chosen }: { series: string; chosen: Chosen }) {
  const { choosing } = useBoard();
  const [asTable, setAsTable] = useState(false);
  const plot = useRef<Plot | null>(null);
  const { view, loaded, wanted } = useSeries(series, chosen, chosen.size);
  const fixed = chosen.fixed.has(series);
  const fix = () => {
    const spans = new Map(chosen.fixed);
    if (!spans.delete(series) && view) spans.set(series, view.extent.span);
    choosing.choose({ yfix: spansAsText(spans) });
  };
  return (
    <>
      <header>
        <h3 class="chart-title" title={series}>{series}</h3>
        <div class="chart-tools">
          <IconButton
            icon="lock"
            name={fixed ? "Free the axis at the side" : "Keep the axis at the side as it is"}
            pressed={fixed}
            onClick={fix}
          />
          <IconButton
            icon="wide"
            name="Enlarge"
            onClick={() => choosing.choose({ wide: series })}
          />
          <ChartMenu
            view={view}
            wanted={wanted}
            plot={plot}
            asTable={asTable}
            onTable={() => setAsTable(!asTable)}
          />
        </div>
      </header>
      {view && asTable && <ChartTable view={view} />}
      {view && !asTable && (
        <LineChart
          view={view}
          plot={plot}
          onZoom={([from, to]) => choosing.choose({ from, to })}
          onReset={() => choosing.choose({ from: null, to: null })}
        />
      )}
      {!view && !loaded.error && <div class="line-chart waiting" aria-busy="true" />}
      {loaded.error && <p class="chart-error" role="alert">{loaded.error}</p>}
      <Notes view={view} chart={loaded.chart} chosen={chosen} />
      <Grip size={chosen.size} />
    </>
  );
}

/** The corner by which charts are dragged to another size, all of them; the slider above them does the same. */
function Grip({ size }: { size: number }) {
  const { choosing } = useBoard();
  const began = useRef<{ x: number; size: number } | null>(null);
  const down = (event: PointerEvent) => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    began.current = { x: event.clientX, size };
  };
  const move = (event: PointerEvent) => {
    if (!began.current) return;
    const wanted = Math.round(began.current.size + event.clientX - began.current.x);
    choosing.adjust({ size: Math.min(Math.max(wanted, SIZES.least), SIZES.most) });
  };
  const up = () => began.current = null;
  return (
    <span
      class="chart-grip"
      aria-hidden="true"
      title="Drag to make all charts larger or smaller"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
    />
  );
}
