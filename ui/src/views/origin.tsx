/** Where something came from: the job that wrote it, what that read, the jobs that wrote that, and so on to the sources. */

import "./builds/builds.css";
import { useState } from "preact/hooks";
import { dataUrl, useAnswer } from "../data/client.ts";
import type { Build, BuildInput } from "../data/types.ts";
import { Answered, Skeleton } from "../design/answered.tsx";
import { moment } from "../format/time.ts";
import { to } from "../state/address.ts";
import { PlaceLink } from "./places.tsx";

const OPEN = 2; // steps back that are shown at once

/**
 * Shows a job with what it read, each with the job that wrote it.
 *
 * @param seq the job's row of the ledger.
 * @param commit the commit of its code, where that is known.
 * @param depth how many steps back it lies from what was asked for.
 */
export function Origin(
  { seq, commit = null, depth = 0 }: { seq: number; commit?: string | null; depth?: number },
) {
  const answer = useAnswer<Build>(dataUrl(`/builds/${seq}`));
  return (
    <Answered answer={answer} waiting={<Skeleton rows={2} />}>
      {(build) => (
        <div class="origin">
          <p class="origin-job">
            <a href={to(`/builds/${seq}`)}>job #{seq}</a> <strong>{build.transform}</strong>
            <time dateTime={build.time}>{moment(build.time)}</time>
          </p>
          <p class="origin-code">
            {build.source && <code>{build.source}</code>}
            {build.code_version && (
              <span>
                code version <code>{build.code_version.slice(0, 10)}</code>
              </span>
            )}
            {commit && (
              <span>
                commit <code title={commit}>{commit.slice(0, 10)}</code>
              </span>
            )}
          </p>
          {build.inputs.length === 0 && <p class="soft">It read nothing: here the data begins.</p>}
          {build.inputs.length > 0 && (
            <ul>
              {build.inputs.map((input) => (
                <Step key={`${input.kind}:${input.path}`} input={input} depth={depth + 1} />
              ))}
            </ul>
          )}
        </div>
      )}
    </Answered>
  );
}

function Step({ input, depth }: { input: BuildInput; depth: number }) {
  const [isOpen, setOpen] = useState(depth < OPEN);
  const seq = input.seq_of_writer;
  return (
    <li>
      <p class="origin-input">
        read <PlaceLink place={input} />
        {seq === null ? <span class="soft">which no job of this store wrote</span> : (
          <button
            type="button"
            class="quiet"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? "written by" : "what wrote it?"}
          </button>
        )}
      </p>
      {seq !== null && isOpen && <Origin seq={seq} depth={depth} />}
    </li>
  );
}
