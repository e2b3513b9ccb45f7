/** A chart that fills the window, with all of its lines listed beside it and the ends of its axis to be typed. */

import { useEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../design/parts.tsx";
import { useBoard } from "./board.ts";
import { ChartMenu } from "./chart_menu.tsx";
import { ChartTable } from "./chart_table.tsx";
import type { Chosen } from "./chosen.ts";
import type { Span } from "./extent.ts";
import { Legend } from "./legend.tsx";
import { LineChart } from "./line_chart.tsx";
import type { Reading } from "./nearest.ts";
import { Notes } from "./notes.tsx";
import type { Plot } from "./plot.ts";
import { useSeries } from "./series.ts";
import { spansAsText } from "./spans.ts";
import { lastReadings } from "./summary.ts";

/** The enlarged chart; Escape closes it, the arrow keys go to the next one. */
export function Enlarged(
  { series, all, chosen }: { series: string; all: readonly string[]; chosen: Chosen },
) {
  const { choosing } = useBoard();
  const dialog = useRef<HTMLDialogElement>(null);
  const plot = useRef<Plot | null>(null);
  const [readings, setReadings] = useState<Reading[] | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const [asTable, setAsTable] = useState(false);
  const { view, loaded, wanted } = useSeries(series, chosen, innerWidth);
  useEffect(() => {
    dialog.current!.showModal();
    dialog.current!.focus();
  }, []);
  const close = () => choosing.choose({ wide: null });
  const step = (by: number) => {
    const next = all[all.indexOf(series) + by];
    if (next !== undefined) choosing.adjust({ wide: next });
  };
  const fix = (span: Span | null) => {
    const spans = new Map(chosen.fixed);
    spans.delete(series);
    if (span) spans.set(series, span);
    choosing.choose({ yfix: spansAsText(spans) });
  };
  const keys = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.target instanceof HTMLInputElement) return;
    if (/^Arrow(Right|Down)$/.test(event.key)) step(1);
    if (/^Arrow(Left|Up)$/.test(event.key)) step(-1);
  };
  const shown = view && (pointed ? { ...view, strong: pointed } : view);
  return (
    <dialog
      ref={dialog}
      class="chart-enlarged"
      tabIndex={-1}
      aria-label={series}
      onClose={close}
      onKeyDown={keys}
    >
      <header>
        <h2>{series}</h2>
        {view && (
          <SpanFields
            span={view.extent.span}
            fixed={chosen.fixed.has(series)}
            onFix={fix}
          />
        )}
        <IconButton icon="up" name="The chart before" onClick={() => step(-1)} />
        <IconButton icon="down" name="The next chart" onClick={() => step(1)} />
        <ChartMenu
          view={view}
          wanted={wanted}
          plot={plot}
          asTable={asTable}
          onTable={() => setAsTable(!asTable)}
        />
        <IconButton icon="close" name="Close" onClick={close} />
      </header>
      <div class="chart-enlarged-body">
        {shown && asTable && <ChartTable view={shown} />}
        {shown && !asTable && (
          <LineChart
            view={shown}
            plot={plot}
            onRead={setReadings}
            onZoom={([from, to]) => choosing.choose({ from, to })}
            onReset={() => choosing.choose({ from: null, to: null })}
          />
        )}
        {!view && <div class="line-chart waiting" aria-busy={!loaded.error}>{loaded.error}</div>}
        {view && (
          <Legend
            title={readings?.[0]
              ? `${view.axis.title} ${view.axis.exact(readings[0].x)}`
              : "Last values"}
            readings={readings ?? lastReadings(view.picture)}
            strong={pointed ?? view.strong}
            onPoint={setPointed}
          />
        )}
      </div>
      <Notes view={view} chart={loaded.chart} chosen={chosen} />
    </dialog>
  );
}

function SpanFields(
  { span, fixed, onFix }: { span: Span; fixed: boolean; onFix: (span: Span | null) => void },
) {
  const change = (end: 0 | 1, text: string) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) return;
    const ends: Span = end ? [span[0], value] : [value, span[1]];
    if (ends[0] < ends[1]) onFix(ends);
  };
  return (
    <span class="chart-span">
      from <EndField name="Least" value={span[0]} onChange={(text) => change(0, text)} /> to{" "}
      <EndField name="Greatest" value={span[1]} onChange={(text) => change(1, text)} />
      <IconButton
        icon="lock"
        name={fixed ? "Free the axis at the side" : "Keep the axis at the side as it is"}
        pressed={fixed}
        onClick={() => onFix(fixed ? null : span)}
      />
    </span>
  );
}

/** An end of the axis; what is being typed stays when the chart grows meanwhile. */
function EndField(
  { name, value, onChange }: { name: string; value: number; onChange: (text: string) => void },
) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <input
      type="text"
      inputMode="decimal"
      aria-label={`${name} value of the axis`}
      value={typed ?? Number(value.toPrecision(4))}
      onInput={(event) => setTyped(event.currentTarget.value)}
      onChange={(event) => {
        setTyped(null);
        onChange(event.currentTarget.value);
      }}
    />
  );
}
