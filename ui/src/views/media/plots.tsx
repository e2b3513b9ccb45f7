/** Plots of all experiments at one step, drawn in the one frame that is made for them. */

import type { Numeric } from "../../data/types.ts";
import { PlotLayer, usePlot } from "../plots/layer.tsx";
import { AtStep } from "./at_step.tsx";
import { mediaUrl } from "./cards.tsx";
import type { MediaSeries } from "./series.ts";

/** Draws the experiments' plots of each series beside each other. */
export function PlotsAtStep(
  { model, series, step }: { model: string; series: MediaSeries[]; step: Numeric },
) {
  return (
    <PlotLayer>
      <AtStep
        model={model}
        series={series}
        step={step}
        isWide
        kind="plots"
        draw={(name, _, entry) => <Plot url={mediaUrl(model, "plots", name, entry)} />}
        said={() => "Plotly figure"}
      />
    </PlotLayer>
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
