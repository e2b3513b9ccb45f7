/** Images: of all experiments at one step, or of all steps below each other. */

import { useState } from "preact/hooks";
import type { Numeric } from "../../data/types.ts";
import { Swatch } from "../../design/parts.tsx";
import { choose } from "../../state/address.ts";
import type { Run } from "../../state/runs.ts";
import { visibleRows } from "../../table/window.ts";
import { AtStep } from "./at_step.tsx";
import { mediaUrl, SeriesSection } from "./cards.tsx";
import { seenAsText } from "./seen.ts";
import type { MediaSeries, Medium } from "./series.ts";
import { compareSteps, stepsOf } from "./steps.ts";

interface ImagesProps {
  model: string;
  series: MediaSeries[];
}

/** Draws the experiments' images of each series beside each other, all at one step. */
export function ImagesAtStep({ model, series, step }: ImagesProps & { step: Numeric }) {
  return (
    <AtStep
      model={model}
      series={series}
      step={step}
      kind="images"
      draw={(name, run, entry) => <Thumbnail model={model} series={name} run={run} entry={entry} />}
      said={({ width, height }) => <>{width} × {height}</>}
    />
  );
}

/** An image in a button that opens it. */
function Thumbnail(
  { model, series, run, entry }: { model: string; series: string; run: Run; entry: Medium },
) {
  const open = () =>
    choose({ of: series, see: seenAsText([{ rank: run.rank, step: entry.step }]) });
  const name = `${series} of ${run.name} at step ${entry.step}${
    entry.caption ? `: ${entry.caption}` : ""
  }`;
  return (
    <button type="button" class="media-image" aria-label={`Open ${name}`} onClick={open}>
      <img
        src={mediaUrl(model, "images", series, entry)}
        width={entry.width ?? undefined}
        height={entry.height ?? undefined}
        class={isSmall(entry) ? "is-small" : ""}
        alt={name}
        loading="lazy"
        decoding="async"
      />
    </button>
  );
}

/** Whether an image has so few pixels that they are shown as such. */
export function isSmall({ width, height }: Medium): boolean {
  return (width ?? 0) < 300 && (height ?? 0) < 300;
}

const CELL = 112; // pixels, as the style sheet has it

/** Draws a row for each experiment and a column for each step, so that how images change is seen at once. */
export function ImagesOfAllSteps({ model, series }: ImagesProps) {
  return (
    <>
      {series.map((one) => (
        <SeriesSection key={one.name} name={one.name} without={one.without}>
          <StepGrid model={model} series={one} />
        </SeriesSection>
      ))}
    </>
  );
}

function StepGrid({ model, series: { name, owners } }: { model: string; series: MediaSeries }) {
  const [view, setView] = useState({ scrolled: 0, room: 1600 });
  const steps = stepsOf(owners.flatMap(({ entries }) => entries));
  const { first, last } = visibleRows(view.scrolled, view.room, CELL, steps.length);
  const seen = steps.slice(first, last);
  const before = <td style={{ minWidth: `${first * CELL}px` }} aria-hidden="true" />;
  const after = <td style={{ minWidth: `${(steps.length - last) * CELL}px` }} aria-hidden="true" />;
  return (
    <div
      class="step-grid"
      tabIndex={0}
      role="region"
      aria-label={`${name} at all steps`}
      onScroll={({ currentTarget: { scrollLeft, clientWidth } }) =>
        setView({ scrolled: scrollLeft, room: clientWidth })}
    >
      <table>
        <thead>
          <tr>
            <th>step</th>
            {before}
            {seen.map((step) => <th key={step}>{step}</th>)}
            {after}
          </tr>
        </thead>
        <tbody>
          {owners.map(({ run, entries }) => (
            <tr key={run.id}>
              <th scope="row" title={run.name}>
                <span class="inline">
                  <Swatch look={run} />
                  <span class="media-name">{run.name}</span>
                </span>
              </th>
              {before}
              {seen.map((step) => {
                const entry = entries.find((one) => compareSteps(one.step, step) === 0);
                return (
                  <td key={step}>
                    {entry && <Thumbnail model={model} series={name} run={run} entry={entry} />}
                  </td>
                );
              })}
              {after}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
