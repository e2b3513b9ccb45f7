/** The tab of a model's charts. */

import { Empty } from "../design/answered.tsx";
import { useRuns } from "../state/runs.ts";

/** A chart for each series of the runs that are drawn. */
export function ChartsTab({ model }: { model: string }) {
  const { drawn } = useRuns(model);
  return <Empty title={`${drawn.length} runs are selected`} />;
}
