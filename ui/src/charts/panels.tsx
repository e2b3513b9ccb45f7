/** Panels beside the lines, which look at all experiments of the model at once. */

import { useMemo } from "preact/hooks";
import type { Experiments } from "../data/types.ts";
import type { Run } from "../state/runs.ts";
import { useBoard } from "./board.ts";
import { type Column, columnsOf } from "./columns.ts";
import { ParallelPanel } from "./parallel_panel.tsx";
import { ScatterPanel } from "./scatter_panel.tsx";

const PANELS = [["parallel", "Parallel", ParallelPanel], [
  "scatter",
  "Scatter",
  ScatterPanel,
]] as const;

/** What a panel looks at. */
export interface PanelProps {
  columns: readonly Column[];
  /** All experiments by rank. */
  runs: readonly Run[];
  /** The ranks of those that are drawn. */
  drawn: ReadonlySet<number>;
}

/** The buttons that open the panels. */
export function PanelButtons() {
  const { choosing } = useBoard();
  const open = new Set(choosing.query.value.getAll("also"));
  const flip = (key: string) => {
    if (!open.delete(key)) open.add(key);
    choosing.choose({ also: [...open] });
  };
  return (
    <>
      {PANELS.map(([key, name]) => (
        <button
          key={key}
          type="button"
          class="button"
          aria-pressed={open.has(key)}
          onClick={() => flip(key)}
        >
          {name}
        </button>
      ))}
    </>
  );
}

/** The panels that are open. */
export function Panels({ all, drawn, experiments }: {
  all: readonly Run[];
  drawn: readonly Run[];
  experiments: Experiments;
}) {
  const { choosing } = useBoard();
  const columns = useMemo(() => columnsOf(experiments), [experiments]);
  const ranks = useMemo(() => new Set(drawn.map(({ rank }) => rank)), [
    drawn.map(({ rank }) => rank).join(),
  ]);
  const open = choosing.query.value.getAll("also");
  return (
    <>
      {PANELS.filter(([key]) => open.includes(key)).map(([key, name, Panel]) => (
        <figure key={key} class="chart-panel" aria-label={name}>
          <Panel columns={columns} runs={all} drawn={ranks} />
        </figure>
      ))}
    </>
  );
}
