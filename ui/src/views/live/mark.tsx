/** Says in a word whether the page follows the experiments that run. */

import "./live.css";
import { following } from "./follow.ts";

/**
 * Shows how the stream of the model stands: nothing while all is well and nothing runs.
 *
 * @param running how many of its experiments run.
 */
export function LiveMark({ running }: { running: number }) {
  const link = following.value;
  if (link.kind === "lost") {
    return <span class="live-mark is-lost" role="status">The server is lost; trying again</span>;
  }
  if (link.kind === "stuck") {
    return (
      <span class="live-mark is-lost" role="status" title={link.problem.hint}>
        {link.problem.title}: {link.problem.detail}
      </span>
    );
  }
  return running > 0 && link.kind === "following"
    ? <span class="live-mark" role="status">Live: {running} running</span>
    : null;
}
