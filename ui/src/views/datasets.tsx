/** Datasets. */

import { dataUrl, useAnswer } from "../data/client.ts";
import type { Dataset, Datasets } from "../data/types.ts";
import { Answered, Skeleton } from "../design/answered.tsx";
import { to } from "../state/address.ts";

/** The list of datasets. */
export function DatasetsView() {
  const answer = useAnswer<Datasets>(dataUrl("/datasets"));
  return (
    <div class="view">
      <Answered answer={answer} waiting={<Skeleton />}>
        {({ datasets }) => (
          <ul>
            {datasets.map(({ rid, path }) => (
              <li key={rid}>
                <a href={to(`/datasets/${rid}`)}>{path}</a>
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </div>
  );
}

/** A dataset. */
export function DatasetView({ rid }: { rid: string }) {
  const answer = useAnswer<Dataset>(dataUrl(`/datasets/${rid}`));
  return (
    <div class="view">
      <Answered answer={answer} waiting={<Skeleton />}>{({ path }) => <h1>{path}</h1>}</Answered>
    </div>
  );
}
