/** The lineage graph. */

import { dataUrl, useAnswer } from "../data/client.ts";
import type { Lineage } from "../data/types.ts";
import { Answered, Skeleton } from "../design/answered.tsx";

/** What is made from what. */
export function LineageView() {
  const answer = useAnswer<Lineage>(dataUrl("/lineage"));
  return (
    <div class="view">
      <Answered answer={answer} waiting={<Skeleton />}>
        {({ places }) => <ul>{places.map(({ id, label }) => <li key={id}>{label}</li>)}</ul>}
      </Answered>
    </div>
  );
}
