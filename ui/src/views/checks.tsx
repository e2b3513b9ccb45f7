/** What checks found: of one dataset, or in one job. */

import type { CheckResult } from "../data/history.ts";
import { Fact, Facts } from "../design/parts.tsx";
import { to } from "../state/address.ts";
import { outcome } from "./datasets/outcome.ts";

/**
 * A line for each check.
 *
 * @param within what the checks are of: in a job their dataset is said, of a dataset the job they were made in.
 */
export function Checks({ checks, within }: { checks: CheckResult[]; within: "dataset" | "job" }) {
  return (
    <Facts>
      {checks.map((check, place) => (
        <Fact key={place} name={check.check}>
          <span class={`tag ${check.passed ? "good" : check.on_error === "WARN" ? "warm" : "bad"}`}>
            {outcome(check)}
          </span>
          <p class="soft">{check.expectation}</p>
          <p class="soft">
            {within === "job"
              ? (
                <>
                  on <a href={to(`/datasets/${encodeURIComponent(check.rid)}`)}>{check.path}</a>
                </>
              )
              : (
                <>
                  {check.transform}, <a href={to(`/builds/${check.seq}`)}>job #{check.seq}</a>
                </>
              )}
          </p>
        </Fact>
      ))}
    </Facts>
  );
}
