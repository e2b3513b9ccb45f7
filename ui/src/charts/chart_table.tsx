/** A chart as a table. */

import { number } from "../format/number.ts";
import { LineSwatch } from "./legend.tsx";
import { rowsOf } from "./summary.ts";
import type { View } from "./view.ts";

/** What each line comes to. */
export function ChartTable({ view }: { view: View }) {
  return (
    <div class="chart-table">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Line</th>
            {["Points", "Last", "Least", "Greatest"].map((name) => (
              <th key={name} scope="col" class="number">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(view.picture).map(({ line, points, last, least, greatest }) => (
            <tr key={line.key}>
              <th scope="row">
                <LineSwatch look={line} /> {line.label}
              </th>
              <td class="number">{points}</td>
              {[last, least, greatest].map((value, place) => (
                <td key={place} class="number">{number(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
