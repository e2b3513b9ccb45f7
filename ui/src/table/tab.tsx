/** The tab of a model's experiments. */

import { useRuns } from "../state/runs.ts";
import { RunList } from "./run_list.tsx";

/** The table of experiments. */
export function ExperimentsTab({ model }: { model: string }) {
  const { all } = useRuns(model);
  return all.length ? <RunList model={model} /> : null;
}
