/** The tab of a model's experiments: searched, ordered, selected and compared in one table. */

import { useCallback, useMemo, useRef } from "preact/hooks";
import { Empty, Outdated, Skeleton, Trouble } from "../design/answered.tsx";
import { Icon } from "../design/icons.tsx";
import { Search } from "../design/search.tsx";
import { counted } from "../format/number.ts";
import { text } from "../format/value.ts";
import { choose, chosen, here, query } from "../state/address.ts";
import { type Run, type Runs, useRuns } from "../state/runs.ts";
import { drawnOf, onTop, selecting, toggled } from "../state/selection.ts";
import { Standing, Value } from "./cell.tsx";
import { Chooser } from "./chooser.tsx";
import { type Column, columnsOf, shownColumns } from "./columns.ts";
import { Differences } from "./differences.tsx";
import { testOf } from "./filter.ts";
import { Grid } from "./grid.tsx";
import { nextOrder, type Order, ordered, orderOf } from "./order.ts";
import { RunHead } from "./run_head.tsx";
import { useRunKeys } from "./run_list.tsx";

const FIRST = innerWidth < 600 ? 190 : 236; // pixels
const GAP = 78; // pixels more for how a number differs from the baseline's

/** The table of experiments, or how there comes to be one. */
export function ExperimentsTab({ model }: { model: string }) {
  const runs = useRuns(model);
  if (runs.problem && !runs.experiments) return <Trouble problem={runs.problem} />;
  if (!runs.experiments) return <Skeleton rows={16} />;
  if (!runs.all.length) return <NoExperiments />;
  return <Table model={model} runs={runs} />;
}

function Table({ model, runs }: { model: string; runs: Runs }) {
  const experiments = runs.experiments!;
  const columns = useMemo(() => columnsOf(experiments), [experiments]);
  const flipped = query.value.getAll("cols");
  const comparing = runs.baseline !== null;
  const shown = useMemo(() => shownColumns(columns, flipped), [columns, flipped.join("\n")]);
  const sized = useMemo(() => shown.map((column) => sizedFor(column, comparing)), [
    shown,
    comparing,
  ]);
  const { found, pinned, rest } = useRows(runs, columns);
  useRunKeys(model, [...pinned, ...rest].map((rank) => runs.all[rank]!), runs);
  return (
    <>
      {runs.problem && <Outdated problem={runs.problem} />}
      <Toolbar runs={runs} found={found} columns={columns} shown={shown} flipped={flipped} />
      {found.length
        ? <Rows model={model} runs={runs} columns={sized} pinned={pinned} rest={rest} />
        : (
          <Empty title="No experiment is as you search for it">
            <p>
              Words are searched for in names, states and parameters; <code>lr&lt;0.01</code> and
              {" "}
              <code>status:failed</code> compare.{" "}
              <a href={here({ q: null })}>Show all {runs.all.length}</a>.
            </p>
          </Empty>
        )}
      {chosen("diff") && <Differences model={model} runs={runs} />}
    </>
  );
}

interface SizedColumn extends Column {
  numeric: boolean;
}

function sizedFor(column: Column, comparing: boolean): SizedColumn {
  const numeric = column.kind === "number" || column.kind === "span";
  return {
    ...column,
    numeric,
    width: column.width + (comparing && column.kind === "number" ? GAP : 0),
  };
}

/** Returns the ranks that are found, in order, and those of them that are pinned and the others. */
function useRows({ all, experiments, selection }: Runs, columns: readonly Column[]) {
  const wanted = chosen("q") ?? "";
  const order = chosen("sort");
  const found = useMemo(() => {
    const { rank } = experiments!.columns;
    const places = rank.map((_, place) => place).sort((a, b) => rank[b]! - rank[a]!);
    const test = testOf(wanted, columns, rank.map((one) => all[one]!.name));
    const by = orderOf(order);
    const column = by && columns.find(({ key }) => key === by.key);
    const kept = places.filter(test);
    return (column ? ordered(kept, column, by.descending) : kept).map((place) => rank[place]!);
  }, [experiments, columns, wanted, order]);
  const pinned = onTop(selection);
  return useMemo(
    () => ({ found, pinned, rest: found.filter((rank) => !pinned.includes(rank)) }),
    [found, pinned.join()],
  );
}

function Toolbar({ runs, found, columns, shown, flipped }: {
  runs: Runs;
  found: number[];
  columns: readonly Column[];
  shown: readonly Column[];
  flipped: readonly string[];
}) {
  const { runs: selected } = runs.selection;
  const all = found.length === runs.all.length;
  return (
    <div class="toolbar">
      <Search of="q" name="Search: forest lr<0.01 status:failed" />
      <span class="soft">
        {all
          ? counted(found.length, "experiment")
          : `${found.length} of ${counted(runs.all.length, "experiment")}`}, {selected.length}{" "}
        selected
      </span>
      <button type="button" class="quiet" onClick={() => choose(selecting(found))}>
        Select {all ? "all" : "these"}
      </button>
      <button
        type="button"
        class="quiet"
        disabled={!selected.length}
        onClick={() => choose(selecting([]))}
      >
        None
      </button>
      <div class="right">
        <button
          type="button"
          class="button"
          aria-pressed={chosen("diff") !== null}
          onClick={() => choose({ diff: chosen("diff") ? null : "runs" })}
        >
          Differences
        </button>
        <Chooser columns={columns} shown={shown} flipped={flipped} />
        <a class="button" href={here({ tab: "charts", q: null })}>Charts</a>
      </div>
    </div>
  );
}

function Rows({ model, runs, columns, pinned, rest }: {
  model: string;
  runs: Runs;
  columns: readonly SizedColumn[];
  pinned: readonly number[];
  rest: readonly number[];
}) {
  const { all, selection, baseline, experiments } = runs;
  const places = useMemo(
    () => new Map(experiments!.columns.rank.map((rank, place) => [rank, place])),
    [experiments],
  );
  const base = baseline ? places.get(baseline.rank)! : null;
  const latest = useRef<number | null>(null);
  const drawn = new Set(drawnOf(selection));
  const order = orderOf(chosen("sort"));
  const at = chosen("run");
  const shape = JSON.stringify(selection);
  const take = (rank: number, range: boolean) => {
    const [from, end] = [rest.indexOf(latest.current ?? -1), rest.indexOf(rank)];
    latest.current = rank;
    if (!range || from < 0 || end < 0) choose(toggled(selection, rank));
    else {choose(
        selecting([...selection.runs, ...rest.slice(Math.min(from, end), Math.max(from, end) + 1)]),
      );}
  };
  const head = useCallback((rank: number) => (
    <RunHead
      model={model}
      run={all[rank] as Run}
      selection={selection}
      drawn={drawn.has(rank)}
      onTake={(range) => take(rank, range)}
    />
  ), [model, all, shape, rest]);
  const cell = useCallback(
    (column: Column, rank: number) => {
      const place = places.get(rank)!;
      if (column.kind === "status") return <Standing experiments={experiments!} place={place} />;
      return <Value column={column} place={place} base={base} />;
    },
    [experiments, places, base],
  );
  const tip = useCallback((column: Column, rank: number) => {
    if (column.kind === "time" || column.kind === "status" || column.kind === "span") {
      return undefined;
    }
    return text(column.values[places.get(rank)!], 17);
  }, [places]);
  return (
    <Grid
      name="Experiments"
      columns={columns}
      rows={rest}
      pinned={pinned}
      first={FIRST}
      at={at === null ? null : Number(at)}
      corner={<span class="corner">Experiment</span>}
      title={(column) => <Title column={column} order={order} />}
      head={head}
      cell={cell}
      tip={tip}
      rowClass={(rank) =>
        `${selection.runs.includes(rank) ? "" : "out"} ${String(rank) === at ? "at" : ""}`}
    />
  );
}

function Title({ column, order }: { column: Column; order: Order | null }) {
  const { key, title, note, goal } = column;
  const sorted = order?.key === key;
  const sign = !sorted ? "" : order.descending ? " ↓" : " ↑";
  return (
    <button
      type="button"
      class={sorted ? "sort sorted" : "sort"}
      title={`${title} ${note}: order by it`}
      onClick={() => choose({ sort: nextOrder(order, key, goal === "greatest") })}
    >
      <span>{title}{sign}</span>
      {note && <small>{note}</small>}
    </button>
  );
}

function NoExperiments() {
  return (
    <Empty title="Nothing was logged for this model yet">
      <p>A job that writes the model logs with:</p>
      <pre>
        <code>{LOGGING}</code>
      </pre>
      <p class="inline">
        <Icon name="up" /> It is here while it runs, before any version is published.
      </p>
    </Empty>
  );
}

const LOGGING = `experiment = model.create_experiment(name="first")
experiment.log_param("lr", 0.1)
for step in range(100):
    experiment.log_metric("loss", 1 / (step + 1), step=step)`;
