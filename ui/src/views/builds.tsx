/** Builds. */

import { dataUrl, useAnswer } from "../data/client.ts";
import type { Build, Builds } from "../data/types.ts";
import { Answered, Skeleton } from "../design/answered.tsx";
import { to } from "../state/address.ts";

/** The ledger, newest first. */
export function BuildsView() {
  const answer = useAnswer<Builds>(dataUrl("/builds"));
  return (
    <div class="view">
      <Answered answer={answer} waiting={<Skeleton />}>
        {({ entries }) => (
          <ul>
            {entries.map(({ seq, transform }) => (
              <li key={seq}>
                <a href={to(`/builds/${seq}`)}>{seq} {transform}</a>
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </div>
  );
}

/** An entry of the ledger. */
export function BuildView({ seq }: { seq: number }) {
  const answer = useAnswer<Build>(dataUrl(`/builds/${seq}`));
  return (
    <div class="view">
      <Answered answer={answer} waiting={<Skeleton />}>
        {({ transform }) => <h1>{transform}</h1>}
      </Answered>
    </div>
  );
}
