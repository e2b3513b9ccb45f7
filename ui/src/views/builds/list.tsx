/** The ledger as a history: every job that was committed, newest first. */

import "./builds.css";
import { useState } from "preact/hooks";
import { askJson, dataUrl, Refusal, useAnswer } from "../../data/client.ts";
import type { Build, Builds } from "../../data/history.ts";
import type { Problem } from "../../data/types.ts";
import { Empty, Skeleton, Trouble } from "../../design/answered.tsx";
import { Listing } from "../../design/listing.tsx";
import { matches } from "../../design/matching.ts";
import { Command, StatusMark } from "../../design/parts.tsx";
import { counted } from "../../format/number.ts";
import { moment, span } from "../../format/time.ts";
import { chosen, to } from "../../state/address.ts";
import { PlaceLink, RunTag } from "../places.tsx";
import { history, joined } from "./history.ts";

const AT_ONCE = 100;

/** Shows the history. */
export function BuildsView() {
  const answer = useAnswer<Builds>(dataUrl("/builds", { limit: AT_ONCE }));
  return (
    <Listing
      title="Builds"
      search="Search jobs and outputs"
      answer={answer}
      waiting={<Skeleton rows={12} />}
    >
      {({ entries }) =>
        entries.length ? <History newest={entries} /> : (
          <Empty title="Nothing was built here yet">
            <p>Every job that is committed is listed here, with what it read and wrote.</p>
            <Command>transforms build</Command>
          </Empty>
        )}
    </Listing>
  );
}

function History({ newest }: { newest: Build[] }) {
  const [older, setOlder] = useState<Build[]>([]);
  const [isAll, setAll] = useState(newest.length < AT_ONCE);
  const [problem, setProblem] = useState<Problem | null>(null);
  const known = joined(newest, older);
  const words = (chosen("q") ?? "").trim();
  const found = words ? known.filter((build) => mentions(build, words)) : known;
  const more = async () => {
    try {
      const before = known.at(-1)!.seq;
      const { entries } = await askJson<Builds>(dataUrl("/builds", { limit: AT_ONCE, before }));
      setOlder(joined(older, entries));
      setAll(entries.length < AT_ONCE);
      setProblem(null);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setProblem(error.problem);
    }
  };
  return (
    <div class="builds">
      {words && (
        <p role="status">
          {counted(found.length, "job")} of {known.length}
          {isAll ? "" : " that are loaded"}
        </p>
      )}
      {history(found, Date.now()).map((day) => (
        <section key={day.label}>
          <h2>{day.label}</h2>
          {day.runs.map((run) => (
            <ol key={run[0]!.seq} class="card">
              {run.map((build) => <Row key={build.seq} build={build} />)}
            </ol>
          ))}
        </section>
      ))}
      {problem && <Trouble problem={problem} />}
      {!isAll && (
        <button type="button" class="button" onClick={() => void more()}>Show older jobs</button>
      )}
    </div>
  );
}

function mentions({ seq, transform, outputs }: Build, words: string): boolean {
  return matches(words, [`#${seq}`, transform, ...outputs.map((place) => place.path)]);
}

function Row(
  { build }: { build: Build },
) {
  const { seq, time, transform, outputs, published, status, seconds, failed_checks } = build;
  return (
    <li>
      <a class="builds-seq" href={to(`/builds/${seq}`)}>#{seq}</a>
      <time dateTime={time} title={moment(time)}>{moment(time).slice(11, 16)}</time>
      <a class="builds-job" href={to(`/builds/${seq}`)}>{transform}</a>
      <span class="builds-outputs">
        {outputs.map((place) => <PlaceLink key={`${place.kind}:${place.path}`} place={place} />)}
      </span>
      <span class="builds-marks">
        <RunTag job={build} />
        {failed_checks > 0 && (
          <span class="tag warm" title="They only warn: see the job">
            {counted(failed_checks, "check")} failed
          </span>
        )}
      </span>
      {!published && <StatusMark status={status} />}
      <span class="builds-seconds">{span(seconds)}</span>
    </li>
  );
}
