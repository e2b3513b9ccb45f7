/** The experiments of a comparison: what differs between them, and where their metrics ended. */

import { useMemo } from "preact/hooks";
import { columnsOf } from "../charts/columns.ts";
import { LineSwatch } from "../charts/legend.tsx";
import { useBoard } from "../charts/board.ts";
import type { Experiments } from "../data/types.ts";
import { text } from "../format/value.ts";
import type { Run } from "../state/runs.ts";
import { selecting } from "../state/selection.ts";

/** A row for each experiment; ticked are those that are drawn. */
export function RunTable({ experiments, all, drawn }: {
  experiments: Experiments;
  all: readonly Run[];
  drawn: readonly Run[];
}) {
  const { choosing } = useBoard();
  const columns = useMemo(() => columnsOf(experiments), [experiments]);
  const ticked = new Set(drawn.map(({ rank }) => rank));
  const flip = (rank: number) => {
    const ranks = new Set(ticked);
    if (!ranks.delete(rank)) ranks.add(rank);
    choosing.choose(selecting(ranks));
  };
  return (
    <div class="comparison-runs">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Experiment</th>
            <th scope="col">Version</th>
            <th scope="col">Status</th>
            {columns.map(({ key, title }) => <th key={key} scope="col" class="number">{title}</th>)}
          </tr>
        </thead>
        <tbody>
          {all.map((run) => (
            <tr key={run.id}>
              <th scope="row">
                <label>
                  <input
                    type="checkbox"
                    checked={ticked.has(run.rank)}
                    onChange={() => flip(run.rank)}
                  />
                  <LineSwatch look={run} />
                  {run.name}
                </label>
              </th>
              <td>{experiments.columns.version[run.rank]}</td>
              <td>{run.status.toLowerCase()}</td>
              {columns.map(({ key, values }) => (
                <td key={key} class="number">{text(values[run.rank])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
