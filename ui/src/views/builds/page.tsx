/** One job: what it read, which code ran with which parameters, and what it wrote. */

import "./builds.css";
import type { ComponentChildren } from "preact";
import { dataUrl, useAnswer } from "../../data/client.ts";
import type { Build, BuildInput, BuildOutput } from "../../data/history.ts";
import { Answered, Skeleton } from "../../design/answered.tsx";
import { Card, Fact, Facts, Short, StatusMark } from "../../design/parts.tsx";
import { counted } from "../../format/number.ts";
import { moment, span } from "../../format/time.ts";
import { text } from "../../format/value.ts";
import { useTitle } from "../../shell/title.ts";
import { to } from "../../state/address.ts";
import { Checks } from "../checks.tsx";
import { PlaceLink } from "../places.tsx";
import { PUT, Source } from "../sources.tsx";

/** Shows the job of a row of the ledger. */
export function BuildView({ seq }: { seq: number }) {
  const answer = useAnswer<Build>(dataUrl(`/builds/${seq}`));
  useTitle(`Build ${seq}`, answer.value?.transform);
  return (
    <div class="view">
      <Answered answer={answer} waiting={<Skeleton rows={10} />}>
        {(build) => <Job build={build} />}
      </Answered>
    </div>
  );
}

function Job({ build }: { build: Build }) {
  const checks = build.checks ?? [];
  const ran = build.code_version !== null; // else versions that were there were tagged, removed or restored
  const parameters = Object.entries(build.parameters);
  return (
    <>
      <header class="heading">
        <nav class="crumbs" aria-label="Where this is">
          <a href={to("/builds")}>Builds</a>
        </nav>
        <h1>#{build.seq} {build.transform}</h1>
        {!build.published && <StatusMark status={build.status} />}
      </header>
      <div class="build-flow">
        <Card title="Read">
          {build.inputs.length === 0 && (
            <p class="build-place soft">
              {ran ? "Nothing: its data begins in its code." : "Nothing: no transform ran."}
            </p>
          )}
          {build.inputs.map((place) => <Read key={`${place.kind}:${place.path}`} place={place} />)}
        </Card>
        <Card title="Ran">
          <Facts>
            <Fact name="code">
              {ran && build.transform !== PUT && (
                <Source transform={build.transform} codeVersion={build.code_version} />
              )}
            </Fact>
            <Fact name="code version">
              {build.code_version && <Short id={build.code_version} />}
            </Fact>
            <Fact name="run">{build.run}</Fact>
            <Fact name="committed">{moment(build.time)}</Fact>
            <Fact name="took">{span(build.seconds)}</Fact>
            <Fact name="by">{build.user}</Fact>
            <Fact name="branch">{build.branch}</Fact>
            <Fact name="transaction">
              <Short id={build.transaction} length={12} />
            </Fact>
          </Facts>
          {parameters.length > 0 && <h3 class="facts-head">Parameters</h3>}
          <Facts>
            {parameters.map(([name, value]) => (
              <Fact key={name} name={name}>
                <code>{text(value)}</code>
              </Fact>
            ))}
          </Facts>
        </Card>
        <div class="build-outcome">
          <Card title="Wrote">
            {build.outputs.length === 0 && (
              <p class="build-place soft">
                No table: if it logged experiments, none of them is in a version.
              </p>
            )}
            {build.outputs.map((place) => (
              <Wrote
                key={`${place.kind}:${place.path}`}
                place={place}
              />
            ))}
          </Card>
          {checks.length > 0 && (
            <Card title="Checks" aside={checks.length}>
              <Checks checks={checks} within="job" />
            </Card>
          )}
        </div>
      </div>
    </>
  );
}

function Row({ children }: { children: ComponentChildren }) {
  return <div class="build-place">{children}</div>;
}

function Read({ place }: { place: BuildInput }) {
  return (
    <Row>
      <PlaceLink place={place} />
      {place.rows_read !== null && (
        <small>
          {counted(place.rows_read, "row")}
          {place.since === null ? "" : ` since version ${place.since}`}
        </small>
      )}
      {place.seq_of_writer === null ? <small>No job of this store wrote it.</small> : (
        <small>
          written by <a href={to(`/builds/${place.seq_of_writer}`)}>job #{place.seq_of_writer}</a>
        </small>
      )}
    </Row>
  );
}

function Wrote({ place }: { place: BuildOutput }) {
  return (
    <Row>
      <PlaceLink place={place} />
      {place.rows !== null && <small>{counted(place.rows, "row")}</small>}
      {place.experiments.map((name) => (
        <small key={name}>
          experiment{" "}
          <a href={to(`/models/${encodeURIComponent(place.rid)}`, { tab: "experiments", q: name })}>
            {name}
          </a>
        </small>
      ))}
    </Row>
  );
}
