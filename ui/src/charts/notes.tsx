/** What a chart says below its lines: how many points there are, and what is not drawn or not as it is. */

import type { Chart } from "../data/wire.ts";
import { short } from "../format/number.ts";
import type { Chosen } from "./chosen.ts";
import { SPREADS } from "./grouping.ts";
import type { View } from "./view.ts";

/** The notes of a chart; the least that is said is how many points are shown of how many. */
export function Notes(
  { view, chart, chosen }: { view: View | null; chart: Chart | null; chosen: Chosen },
) {
  if (!view || !chart) return <footer class="chart-notes" />;
  const { head } = chart;
  const undrawn = view.picture.lines.reduce((sum, line) => sum + line.undrawn, 0);
  const whole = head.kind !== "buckets";
  return (
    <footer class="chart-notes">
      <span title={`${head.points.toLocaleString()} points, ${head.shown.toLocaleString()} shown`}>
        {short(head.points)} points{whole ? "" : `, ${short(head.shown)} shown`}
      </span>
      {whole ? <span class="tag" title="Every point is drawn">raw</span> : (
        <span
          class="tag"
          title="Each bucket is drawn by its last value, in a band from its least to its greatest"
        >
          min–max
        </span>
      )}
      {chosen.group !== null && (
        <span class="tag" title={`Runs with equal ${chosen.group} are one line, with a band`}>
          {chosen.middle} {SPREADS[chosen.spread]}
        </span>
      )}
      {chosen.smooth > 0 && (
        <span
          class="tag"
          title={`The moving average of the ${
            whole ? "points" : "buckets' last values"
          }; behind it, faint, what it is of`}
        >
          smoothed {chosen.smooth}
        </span>
      )}
      {undrawn > 0 && (
        <span
          class="tag warm"
          title="× NaN, ▲ infinite, ▼ minus infinite, ▽ zero or less on a logarithmic axis"
        >
          {short(undrawn)} not drawn
        </span>
      )}
      {view.picture.cut > 0 && (
        <span class="tag warm" title="A logarithmic axis has no place for zero and less">
          {short(view.picture.cut)} left of the axis
        </span>
      )}
      {view.extent.beyond > 0 && (
        <span class="tag warm" title="Values above or below what the axis spans">
          {short(view.extent.beyond)} beyond
        </span>
      )}
      {head.points === 0 && <span>nothing of the selected runs is in this part</span>}
    </footer>
  );
}
