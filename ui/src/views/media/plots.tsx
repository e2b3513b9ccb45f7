/** Plots of all experiments at one step, drawn in the one frame that is made for them. */

import type { Numeric } from "../../data/types.ts";
import type { Run } from "../../state/runs.ts";
import { PlotLayer, usePlot } from "../plots/layer.tsx";
import { Caption, Download, Later, mediaUrl, Owner, SeriesSection } from "./cards.tsx";
import type { MediaSeries, Medium } from "./series.ts";
import { type Shown, shownAt } from "./steps.ts";

/** Draws the experiments' plots of each series beside each other. */
export function PlotsAtStep(
  { model, series, step }: { model: string; series: MediaSeries[]; step: Numeric },
) {
  return (
    <PlotLayer>
      {series.map(({ name, owners, without }) => (
        <SeriesSection key={name} name={name} without={without}>
          <div class="media-cards is-wide">
            {owners.map(({ run, entries }) => (
              <PlotCard
                key={run.id}
                model={model}
                series={name}
                run={run}
                shown={shownAt(entries, step)}
              />
            ))}
          </div>
        </SeriesSection>
      ))}
    </PlotLayer>
  );
}

function PlotCard({ model, series, run, shown }: {
  model: string;
  series: string;
  run: Run;
  shown: Shown<Medium>;
}) {
  const entry = shown.kind === "exact" || shown.kind === "before" ? shown.entry : null;
  return (
    <figure class="media-card">
      <Owner run={run} shown={shown} />
      {shown.kind === "later" && <Later first={shown.first} />}
      {entry && (
        <>
          <Plot url={mediaUrl(model, "plots", series, entry)} />
          <Caption text={entry.caption} />
          <footer>
            <small>Plotly figure</small>
            <Download
              url={mediaUrl(model, "plots", series, entry, { download: "1" })}
              name={`${series} of ${run.name} at step ${entry.step}`}
            />
          </footer>
        </>
      )}
    </figure>
  );
}

/** The place of a plot, with what cannot be drawn in it. */
function Plot({ url }: { url: string }) {
  const { hole, state } = usePlot(url);
  const { value } = state;
  return (
    <>
      <div
        class="plot-hole"
        ref={hole}
        aria-busy={value.kind === "waiting"}
        data-state={value.kind}
      >
        {value.kind === "failed" && <p role="alert">This plot cannot be drawn: {value.why}</p>}
      </div>
      {value.kind === "drawn" && value.lacks.length > 0 && (
        <p class="plot-lacks">
          Its map ({value.lacks.join(", ")}) is empty: Plotly fetches outlines and tiles from
          elsewhere, and this page reaches no other server.
        </p>
      )}
    </>
  );
}
