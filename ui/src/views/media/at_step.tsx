/** Images or plots of all experiments at one step: each series a section, each experiment a card in it. */

import type { ComponentChildren } from "preact";
import type { Numeric } from "../../data/types.ts";
import type { Run } from "../../state/runs.ts";
import { Caption, Download, Later, mediaUrl, Owner, SeriesSection } from "./cards.tsx";
import type { MediaSeries, Medium } from "./series.ts";
import { shownAt } from "./steps.ts";

/** What is drawn of a medium, and said of it below. */
interface Drawing {
  kind: "images" | "plots";
  draw: (series: string, run: Run, entry: Medium) => ComponentChildren;
  said: (entry: Medium) => ComponentChildren;
}

/** Draws the experiments' media of each series beside each other. */
export function AtStep({ model, series, step, isWide = false, ...drawing }: Drawing & {
  model: string;
  series: MediaSeries[];
  step: Numeric;
  isWide?: boolean;
}) {
  return (
    <>
      {series.map(({ name, owners, without }) => (
        <SeriesSection key={name} name={name} without={without}>
          <div class={isWide ? "media-cards is-wide in-line" : "media-cards in-line"}>
            {owners.map(({ run, entries }) => {
              const shown = shownAt(entries, step);
              return (
                <figure key={run.id} class="media-card">
                  <Owner run={run} shown={shown} />
                  {shown.kind === "later" && <Later first={shown.first} />}
                  {(shown.kind === "exact" || shown.kind === "before") && (
                    <Body model={model} series={name} run={run} entry={shown.entry} {...drawing} />
                  )}
                </figure>
              );
            })}
          </div>
        </SeriesSection>
      ))}
    </>
  );
}

function Body({ model, series, run, entry, kind, draw, said }: Drawing & {
  model: string;
  series: string;
  run: Run;
  entry: Medium;
}) {
  return (
    <>
      {draw(series, run, entry)}
      <Caption text={entry.caption} />
      <footer>
        <small>{said(entry)}</small>
        <Download
          url={mediaUrl(model, kind, series, entry, { download: "1" })}
          name={`${series} of ${run.name} at step ${entry.step}`}
        />
      </footer>
    </>
  );
}
