/** A comparison of experiments that stands by itself: the runs as a table, the panels, and the wall of charts. */

import "../charts/charts.css";
import "./comparison.css";
import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { type Board, OnBoard } from "../charts/board.ts";
import { groupsOf } from "../charts/groups.ts";
import { PanelButtons, Panels } from "../charts/panels.tsx";
import { Wall } from "../charts/wall.tsx";
import { lookOf, toldApart } from "../design/palette.ts";
import { moment } from "../format/time.ts";
import { ranksFromText } from "../state/query.ts";
import type { Run } from "../state/runs.ts";
import { inMemory } from "./choosing.ts";
import { chartIn, type ComparisonData } from "./data.ts";
import { RunTable } from "./run_table.tsx";

/** Shows a comparison. */
export function Comparison({ data, dark }: { data: ComparisonData; dark: boolean }) {
  const choosing = useMemo(inMemory, []);
  const text = choosing.query.value.get("runs");
  const all = useMemo(() => runsOf(data, dark), [data, dark]);
  const drawn = useMemo(
    () => text === null ? all : ranksFromText(text, all.length).map((rank) => all[rank]!),
    [all, text],
  );
  const board = useBoardOf(data, all, drawn, dark, choosing);
  const { experiments } = data;
  return (
    <OnBoard value={board}>
      <div class="comparison">
        <header>
          <h1>{data.title}</h1>
          <p class="soft">made {moment(data.made)} by {data.by}</p>
        </header>
        <RunTable experiments={experiments} all={all} drawn={drawn} />
        <Wall
          buttons={<PanelButtons />}
          panels={<Panels all={all} drawn={drawn} experiments={experiments} />}
        />
      </div>
    </OnBoard>
  );
}

function runsOf({ experiments: { columns }, looks }: ComparisonData, dark: boolean): Run[] {
  return toldApart(columns.id.map((id, rank) => ({
    id,
    rank,
    name: columns.name[rank]!,
    status: columns.status[rank]!,
    ...lookOf(looks[rank]!, dark),
  })));
}

function useBoardOf(
  data: ComparisonData,
  all: readonly Run[],
  drawn: readonly Run[],
  dark: boolean,
  choosing: Board["choosing"],
): Board {
  const crosshair = useMemo(() => signal<{ x: number; by: object } | null>(null), []);
  const fixed = useMemo(() => ({
    series: Object.keys(data.charts),
    parameters: data.experiments.parameters.map(({ name }) => name),
    load: ({ series, ids }: { series: string; ids: readonly string[] }) =>
      Promise.resolve(chartIn(data, series, ids)),
  }), [data]);
  const runs = useMemo(
    () => drawn.map((run) => ({ ...run, label: run.name, grows: false })),
    [drawn],
  );
  const groups = useMemo(() => (parameter: string) => {
    const values = data.experiments.parameters.find(({ name }) => name === parameter)?.values ?? [];
    return groupsOf(all.map(({ id }) => id), values, parameter, dark);
  }, [data, all, dark]);
  return {
    choosing,
    ...fixed,
    runs,
    groups,
    strong: null,
    hear: null,
    axes: ["step"],
    files: () => null,
    crosshair,
  };
}
