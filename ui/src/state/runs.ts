/** The experiments of a model as runs: which there are, which are drawn, and how. */

import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { placesByRank } from "../charts/columns.ts";
import { groupsOf } from "../charts/groups.ts";
import { experimentsUrl, useAnswer } from "../data/client.ts";
import type { Experiments, Problem, Status } from "../data/types.ts";
import { type Look, lookOf, toldApart } from "../design/palette.ts";
import { dark } from "../shell/theme.ts";
import { query } from "./address.ts";
import { drawnOf, type Selection, selectionOf } from "./selection.ts";

/** An experiment as charts, lists and media name it. */
export interface Run extends Look {
  id: string;
  rank: number;
  /** Its name, or what stands for it when it has none. */
  name: string;
  status: Status;
}

/** The rank of the run that is pointed at in a list; charts have it stand out. */
export const pointedAt = signal<number | null>(null);

/** The runs of a model. */
export interface Runs {
  /** By rank: the run of rank 3 is at place 3. */
  all: Run[];
  drawn: Run[];
  baseline: Run | null;
  selection: Selection;
  experiments: Experiments | null;
  problem: Problem | null;
}

const NONE: Experiments = {
  count: 0,
  columns: {
    id: [],
    name: [],
    rank: [],
    status: [],
    error: [],
    version: [],
    created: [],
    finished: [],
    heartbeat: [],
    dropped: [],
    transform: [],
    source: [],
    code_version: [],
    transaction: [],
    values: [],
  },
  parameters: [],
  metrics: [],
  media: [],
};

/**
 * Returns the runs of a model by rank.
 *
 * @param experiments the model's answer.
 * @param isDark whether the page is dark.
 */
export function runsOf({ columns }: Experiments, isDark: boolean): Run[] {
  const runs: Run[] = [];
  columns.id.forEach((id, place) => {
    const rank = columns.rank[place]!;
    const name = columns.name[place] || `experiment ${rank + 1}`;
    runs[rank] = { id, rank, name, status: columns.status[place]!, ...lookOf(rank, isDark) };
  });
  return runs;
}

/** Gives each run the look of its group, where charts draw those with an equal parameter as one line. */
function inGroups(runs: Run[], experiments: Experiments, name: string | null, isDark: boolean) {
  const values = experiments.parameters.find((one) => one.name === name)?.values;
  if (!values) return runs;
  const ranked = placesByRank(experiments).map((place) => values[place]);
  const looks = new Map(
    groupsOf(runs.map(({ id }) => id), ranked, name!, isDark).flatMap(({ ids, colour, dash }) =>
      ids.map((id) => [id, { colour, dash }])
    ),
  );
  return runs.map((run) => ({ ...run, ...looks.get(run.id) }));
}

/**
 * Has a component follow the runs of a model and what is chosen of them.
 *
 * @param model the model's rid.
 */
export function useRuns(model: string): Runs {
  const { value, problem } = useAnswer<Experiments>(experimentsUrl(model));
  const experiments = value ?? NONE;
  const isDark = dark.value;
  const by = query.value.get("tab") === "charts" ? query.value.get("group") : null;
  const single = useMemo(
    () => inGroups(runsOf(experiments, isDark), experiments, by, isDark),
    [experiments, isDark, by],
  );
  const selection = selectionOf(query.value, experiments.count);
  const ranks = drawnOf(selection);
  const { all, drawn } = useMemo(() => {
    const chosen = ranks.flatMap((rank) => single[rank] ?? []);
    const drawn = by ? chosen : toldApart(chosen);
    const all = single.slice();
    for (const run of drawn) all[run.rank] = run;
    return { all, drawn };
  }, [single, by, ranks.join()]);
  return {
    all,
    drawn,
    baseline: selection.baseline === null ? null : all[selection.baseline] ?? null,
    selection,
    experiments: value,
    problem,
  };
}
