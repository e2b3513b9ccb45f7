/** The tab of a model's charts: the board is made from the page's address and the server's answers. */

import "./charts.css";
import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { askBytes, askJson, dataUrl } from "../data/client.ts";
import { hearPoints, type News } from "../data/live.ts";
import { decodeChart } from "../data/wire.ts";
import { Outdated, Skeleton, Trouble } from "../design/answered.tsx";
import { useKeys } from "../shell/keys.ts";
import { dark } from "../shell/theme.ts";
import { adjust, choose, query } from "../state/address.ts";
import { pointedAt, type Runs, useRuns } from "../state/runs.ts";
import { type Board, OnBoard, type Wanted } from "./board.ts";
import { placesByRank } from "./columns.ts";
import { groupsOf } from "./groups.ts";
import { PanelButtons, Panels } from "./panels.tsx";
import { Wall } from "./wall.tsx";

/** How many experiments are drawn at most: more are told, and not drawn. */
export const MOST_DRAWN = 1000;

/** What the pointer does, listed beside the keys: no key has these names. */
const POINTER = {
  Drag: ["Zoom into that part of all charts", () => {}],
  "Double click": ["Show everything again", () => {}],
} as const;

/** A chart for each metric of the runs that are drawn. */
export function ChartsTab({ model }: { model: string }) {
  const runs = useRuns(model);
  const board = usePageBoard(model, runs);
  useKeys(POINTER);
  if (runs.problem && !runs.experiments) return <Trouble problem={runs.problem} />;
  if (!runs.experiments) return <Skeleton rows={12} />;
  const left = runs.drawn.length - MOST_DRAWN;
  return (
    <OnBoard value={board}>
      {runs.problem && <Outdated problem={runs.problem} />}
      {left > 0 && (
        <p class="chart-none" role="status">
          The first {MOST_DRAWN} selected runs are drawn, {left} are not: select fewer.
        </p>
      )}
      <Wall
        buttons={<PanelButtons />}
        panels={<Panels all={runs.all} drawn={runs.drawn} experiments={runs.experiments} />}
      />
    </OnBoard>
  );
}

function usePageBoard(model: string, { all, drawn, baseline, experiments }: Runs): Board {
  const crosshair = useMemo(() => signal<{ x: number; by: object } | null>(null), []);
  const isDark = dark.value;
  const branch = query.value.get("branch");
  const at = all[pointedAt.value ?? Number(query.value.get("run") ?? NaN)];
  const key = drawn.map(({ rank }) => rank).join();
  const asked = useMemo(() => {
    const address = (kind: string, wanted: Wanted, series: readonly string[] = [wanted.series]) =>
      dataUrl(`/models/${encodeURIComponent(model)}/${kind}`, {
        series,
        id: wanted.ids,
        x: wanted.x,
        from: wanted.from,
        to: wanted.to,
        width: wanted.width,
        log: wanted.log ? 1 : null,
      });
    return {
      load: async (wanted: Wanted, abort: AbortSignal) =>
        decodeChart(await askBytes(address("charts", wanted), abort)),
      hear: (listener: (news: News) => void) => hearPoints(model, listener),
      files: (wanted: Wanted, series?: readonly string[]) => ({
        csv: address("charts.csv", wanted, series),
        parquet: address("charts.parquet", wanted, series),
        query: () => askJson<{ duckdb: string; polars: string }>(address("query", wanted)),
      }),
    };
  }, [model, branch]);
  const places = useMemo(() => experiments ? placesByRank(experiments) : [], [experiments]);
  const runs = useMemo(
    () =>
      drawn.slice(0, MOST_DRAWN).map((run) => ({
        ...run,
        label: run.name,
        bold: run === baseline,
        grows: run.status === "RUNNING",
      })),
    [
      key,
      isDark,
      baseline?.rank,
      query.value.get("group"),
      drawn.map(({ status }) => status).join(),
    ],
  );
  const series = useMemo(
    () =>
      (experiments?.metrics ?? [])
        .filter(({ length }) => drawn.some(({ rank }) => length[places[rank]!]))
        .map(({ name }) => name),
    [key, experiments],
  );
  const grouped = useMemo(() => ({
    parameters: (experiments?.parameters ?? []).map(({ name }) => name),
    groups: (parameter: string) => {
      const values = experiments?.parameters.find(({ name }) => name === parameter)?.values ?? [];
      return groupsOf(
        all.map(({ id }) => id),
        places.map((place) => values[place]),
        parameter,
        isDark,
      );
    },
  }), [experiments, all, isDark]);
  return {
    choosing: { query, choose, adjust },
    runs,
    series,
    ...grouped,
    ...asked,
    strong: at && drawn.includes(at) ? at.id : null,
    axes: ["step", "time", "relative", "metric"],
    crosshair,
  };
}
