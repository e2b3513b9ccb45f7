/** The tab of a model's images, plots and tables. */

import { Empty } from "../design/answered.tsx";
import { useRuns } from "../state/runs.ts";

/** What the runs that are drawn logged beside numbers. */
export function MediaTab({ model }: { model: string }) {
  const { drawn } = useRuns(model);
  return <Empty title={`${drawn.length} runs are selected`} />;
}
