/** Where a transform is written, and whether what is there now is what ran. */

import { dataUrl, useAnswer } from "../data/client.ts";
import type { Lineage } from "../data/history.ts";

/** Says that the commit beside it is not all of the code that ran. */
export function Uncommitted() {
  return (
    <span class="tag warm" title="The code had changes that were not committed">
      and uncommitted changes
    </span>
  );
}

/** The name of jobs that no transform made: what `transforms put` brought in. */
export const PUT = "put";

/**
 * The place of a transform's code. The ledger keeps the version of the code that ran and not its file; so where none was
 * recorded the project is asked, and the versions tell whether it is still the same code.
 */
export function Source({ transform, codeVersion, recorded = null }: {
  transform: string;
  codeVersion: string | null;
  /** `file:line`, as an experiment keeps it. */
  recorded?: string | null;
}) {
  const lineage = useAnswer<Lineage>(dataUrl("/lineage")).value;
  const now = lineage?.places.find(({ id, kind }) => id === transform && kind === "transform");
  const source = recorded ?? now?.source;
  if (!source) {
    return lineage && transform !== PUT
      ? <span class="soft">no project at hand says in which file</span>
      : null;
  }
  return (
    <span class="inline">
      <code title={recorded ? "As it was recorded" : "Where it is written now"}>{source}</code>
      {now?.code_version && (now.code_version === codeVersion
        ? <span class="tag good" title="The code there has the version that ran">unchanged</span>
        : (
          <span
            class="tag warm"
            title={`The code there has version ${now.code_version.slice(0, 8)} now: look it up ` +
              "in the history of the project"}
          >
            changed since
          </span>
        ))}
    </span>
  );
}
