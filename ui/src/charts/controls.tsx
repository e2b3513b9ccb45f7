/** What can be chosen for all charts. */

import type { ComponentChildren } from "preact";
import { Icon } from "../design/icons.tsx";
import type { Change } from "../state/query.ts";
import { axisOf } from "./axis.ts";
import { useBoard } from "./board.ts";
import { type Chosen, MOST_SMOOTH, SIZES } from "./chosen.ts";
import { SPREADS } from "./grouping.ts";
import { SaveAll } from "./save_all.tsx";
import type { Section } from "./sections.ts";

const X_NAMES: Record<string, string> = {
  step: "step",
  time: "wall time",
  relative: "relative time",
};

/** The bar above the wall. */
export function Controls({ chosen, sections, children }: {
  chosen: Chosen;
  sections: readonly Section[];
  children: ComponentChildren;
}) {
  const { choosing, parameters } = useBoard();
  const { choose, adjust } = choosing;
  const shown = sections.reduce((sum, section) => sum + section.series.length, 0);
  return (
    <div class="chart-controls" role="group" aria-label="Charts">
      <label class="search">
        <Icon name="search" />
        <input
          type="search"
          placeholder="Find charts"
          aria-label="Find charts"
          spellcheck={false}
          value={chosen.find}
          onInput={(event) => adjust({ find: event.currentTarget.value })}
        />
      </label>
      <span class="soft">{shown} {shown === 1 ? "chart" : "charts"}</span>
      <XAxis chosen={chosen} />
      <Select
        name="y"
        label="Axis at the side"
        value={chosen.yScale}
        options={{ linear: "linear", log: "log", asinh: "± log" }}
        onChange={(scale) => choose({ ylog: scale === "linear" ? null : scale })}
      />
      <Range
        name="smooth"
        label="Smoothing"
        value={chosen.smooth}
        span={[0, MOST_SMOOTH, 0.01]}
        onInput={(smooth) => adjust({ smooth: smooth || null })}
      />
      <button
        type="button"
        class="button"
        title="Leave outliers out of what the axes at the side span"
        aria-pressed={chosen.clip}
        onClick={() => choose({ clip: !chosen.clip })}
      >
        clip outliers
      </button>
      <Select
        name="group by"
        label="Group runs by a parameter"
        value={chosen.group ?? ""}
        options={{ "": "none", ...Object.fromEntries(parameters.map((name) => [name, name])) }}
        onChange={(group) => choose({ group })}
      />
      {chosen.group !== null && <Aggregation chosen={chosen} choose={choose} />}
      <Range
        name="size"
        label="Size of the charts"
        value={chosen.size}
        span={[SIZES.least, SIZES.most, 10]}
        onInput={(size) => adjust({ size: size === SIZES.usual ? null : size })}
      />
      {children}
      <SaveAll series={sections.flatMap((section) => section.series)} chosen={chosen} />
      {chosen.zoom && <Zoomed chosen={chosen} choose={choose} />}
    </div>
  );
}

function XAxis({ chosen }: { chosen: Chosen }) {
  const { choosing, axes, series } = useBoard();
  const metrics = axes.includes("metric") ? series.map((name) => [`metric:${name}`, name]) : [];
  const options = Object.fromEntries([
    ...axes.filter((name) => name in X_NAMES).map((name) => [name, X_NAMES[name]!]),
    ...metrics,
  ]);
  return (
    <>
      <Select
        name="x"
        label="Axis below"
        value={chosen.x}
        options={options}
        onChange={(x) => choosing.choose({ x: x === "step" ? null : x, from: null, to: null })}
      />
      <button
        type="button"
        class="button"
        title="A logarithmic axis below"
        aria-pressed={chosen.xScale === "log"}
        onClick={() => choosing.choose({ xlog: chosen.xScale === "linear", from: null, to: null })}
      >
        log x
      </button>
    </>
  );
}

function Aggregation({ chosen, choose }: { chosen: Chosen; choose: (change: Change) => void }) {
  return (
    <>
      <Select
        name="line"
        label="Line of a group"
        value={chosen.middle}
        options={{ mean: "mean", median: "median" }}
        onChange={(mean) => choose({ mean: mean === "mean" ? null : mean })}
      />
      <Select
        name="band"
        label="Band of a group"
        value={chosen.spread}
        options={SPREADS}
        onChange={(band) => choose({ band: band === "range" ? null : band })}
      />
    </>
  );
}

function Zoomed({ chosen, choose }: { chosen: Chosen; choose: (change: Change) => void }) {
  const axis = axisOf(chosen.x, chosen.xScale === "log");
  const [least, most] = chosen.zoom!;
  const digits = Math.max(0, 1 - Math.floor(Math.log10(most - least))); // a hand is no more exact
  const [from, to] = [least, most].map((end) =>
    axis.label(Number(end.toFixed(digits)), [least, most])
  );
  return (
    <button
      type="button"
      class="button"
      aria-pressed="true"
      title="Show everything again (or double-click a chart)"
      onClick={() => choose({ from: null, to: null })}
    >
      {axis.title} {from} – {to}
      <Icon name="close" size={12} />
    </button>
  );
}

function Select({ name, label, value, options, onChange }: {
  name: string;
  label: string;
  value: string;
  options: Record<string, string>;
  onChange: (value: string) => void;
}) {
  return (
    <label class="field" title={label}>
      <span>{name}</span>
      <select
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {Object.entries(options).map(([key, text]) => <option key={key} value={key}>{text}
        </option>)}
      </select>
    </label>
  );
}

function Range({ name, label, value, span: [least, most, step], onInput }: {
  name: string;
  label: string;
  value: number;
  span: readonly [number, number, number];
  onInput: (value: number) => void;
}) {
  return (
    <label class={`field ${name}`} title={label}>
      <span>{name}</span>
      <input
        type="range"
        aria-label={label}
        min={least}
        max={most}
        step={step}
        value={value}
        onInput={(event) => onInput(Number(event.currentTarget.value))}
      />
      <output>{value}</output>
    </label>
  );
}
