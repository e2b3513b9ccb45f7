/** Where something came from: the job that wrote it, what that read, the jobs that wrote that, and so on to the sources. */

import "./origin.css";
import { useState } from "preact/hooks";
import { dataUrl, useAnswer } from "../data/client.ts";
import type { Build, BuildInput } from "../data/history.ts";
import type { Environment } from "../data/types.ts";
import { Answered, Skeleton } from "../design/answered.tsx";
import { Icon } from "../design/icons.tsx";
import { Short } from "../design/parts.tsx";
import { moment } from "../format/time.ts";
import { to } from "../state/address.ts";
import { PlaceLink } from "./places.tsx";
import { Source, Uncommitted } from "./sources.tsx";

const OPEN = 2; // steps back that are shown at once

interface OriginProps {
  /** The job's row of the ledger. */
  seq: number;
  /** The commit of its code, where that is known. */
  git?: Environment["git"];
  /** Where its code was, where that was recorded; else where it is now is said. */
  source?: string | null;
  /** How many steps back it lies from what was asked for. */
  depth?: number;
}

/** Shows a job with what it read, each with the job that wrote it. */
export function Origin({ seq, git, source = null, depth = 0 }: OriginProps) {
  const answer = useAnswer<Build>(dataUrl(`/builds/${seq}`));
  return (
    <Answered answer={answer} waiting={<Skeleton rows={2} />}>
      {(build) => (
        <div class="origin">
          <Job build={build} git={git} recorded={source} />
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

function Job(
  { build, git, recorded }: {
    build: Build;
    git: Environment["git"];
    recorded: string | null;
  },
) {
  return (
    <>
      <p class="origin-line">
        <a href={to(`/builds/${build.seq}`)}>job #{build.seq}</a>
        <strong>{build.transform}</strong>
        <time dateTime={build.time}>{moment(build.time)}</time>
      </p>
      <p class="origin-line soft">
        <Source
          transform={build.transform}
          codeVersion={build.code_version}
          recorded={recorded}
        />
        <span class="inline">
          code version <Short id={build.code_version} />
        </span>
        {git && (
          <span class="inline">
            commit <Short id={git.commit} /> {git.dirty && <Uncommitted />}
          </span>
        )}
      </p>
    </>
  );
}

function Step({ input, depth }: { input: BuildInput; depth: number }) {
  const [isOpen, setOpen] = useState(depth < OPEN);
  const seq = input.seq_of_writer;
  return (
    <li>
      <p class="origin-line">
        read <PlaceLink place={input} />
        {seq === null ? <span class="soft">which no job of this store wrote</span> : (
          <button
            type="button"
            class="quiet"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name="chevron" size={12} />
            {isOpen ? "written by" : "what wrote it?"}
          </button>
        )}
      </p>
      {seq !== null && isOpen && <Origin seq={seq} depth={depth} />}
    </li>
  );
}
