/** One version of a model: what it takes and gives, what it was trained on, and by which code. */

import "./models.css";
import { dataUrl, useAnswer } from "../data/client.ts";
import type {
  ApiField,
  ApiType,
  Environment,
  Model,
  Version,
  VersionInput,
} from "../data/types.ts";
import { Answered, Empty, Skeleton } from "../design/answered.tsx";
import { Ago, Card, Copy, Fact, Facts, Short } from "../design/parts.tsx";
import { bytes, counted, number } from "../format/number.ts";
import { moment } from "../format/time.ts";
import { useTitle } from "../shell/title.ts";
import { to } from "../state/address.ts";
import { useRuns } from "../state/runs.ts";
import { placeAddress } from "../views/places.tsx";
import { Origin } from "../views/origin.tsx";
import { Uncommitted } from "../views/sources.tsx";
import { experimentPlace, modelPlace, Path } from "./place.tsx";

/** The words that name a version. */
export function Tags({ of }: { of: Version }) {
  return <>{of.tags.map((tag) => <span key={tag} class="tag good">{tag}</span>)}</>;
}

/** The page of a version. */
export function VersionView({ model, version }: { model: string; version: string }) {
  const answer = useAnswer<Model>(dataUrl(`/models/${encodeURIComponent(model)}`));
  useTitle(`Version ${version}`, answer.value?.path);
  return (
    <div class="view whole model">
      <Answered answer={answer} waiting={<Skeleton rows={14} />}>
        {(value) => {
          const found = value.versions.find((one) => one.version === version);
          return (
            <>
              <header class="heading">
                <nav class="crumbs" aria-label="Where this is">
                  <a href={to("/")}>Models</a>
                  <a href={to(modelPlace(model), { tab: "versions" })}>
                    <Path path={value.path} />
                  </a>
                </nav>
                <h1>Version {version}</h1>
              </header>
              {found
                ? (
                  <>
                    <VersionCards model={value} version={found} />
                    {found.seq !== null && (
                      <div class="origin-card">
                        <Card title="Where it came from">
                          <div class="body">
                            <Origin
                              seq={found.seq}
                              git={found.environment?.git}
                              source={found.source}
                            />
                          </div>
                        </Card>
                      </div>
                    )}
                  </>
                )
                : (
                  <Empty title={`This model has no version ${version}`}>
                    <p>
                      It has {counted(value.versions.length, "version")} on this branch:{" "}
                      <a href={to(modelPlace(model), { tab: "versions" })}>see them</a>.
                    </p>
                  </Empty>
                )}
            </>
          );
        }}
      </Answered>
    </div>
  );
}

/** All that is known of a version, in cards. */
export function VersionCards({ model, version }: { model: Model; version: Version }) {
  return (
    <div class="cards">
      <div class="stack">
        <Card
          title={`Version ${version.version}`}
          aside={
            <>
              <Tags of={version} /> <Ago time={version.created_time} />
            </>
          }
        >
          <Publication model={model} version={version} />
        </Card>
        <Card title="Metrics" aside={`${Object.keys(version.metrics).length} series`}>
          <Metrics model={model} version={version} />
        </Card>
      </div>
      <div class="stack">
        <Card title="Trained on" aside={counted(version.inputs.length, "input")}>
          <Inputs inputs={version.inputs} />
        </Card>
        <Card title="API" aside={version.adapter && <code>{lastName(version.adapter)}</code>}>
          <Interface version={version} />
        </Card>
      </div>
      <div class="stack">
        <Card
          title="Requirements"
          aside={version.requirements.length > 0 && (
            <Copy text={version.requirements.join("\n")} name="Copy as requirements.txt" />
          )}
        >
          <Lines lines={version.requirements} none="It says of no package that it needs it." />
        </Card>
        <Card title="Files" aside={counted(version.artifacts.length, "file")}>
          <Files version={version} />
        </Card>
      </div>
    </div>
  );
}

function Publication({ model, version }: { model: Model; version: Version }) {
  const build = version.seq === null
    ? null
    : <a href={to(`/builds/${version.seq}`)}>job #{version.seq}</a>;
  const experiment = version.experiment_id && (
    <a
      href={experimentPlace(model.rid, version.experiment_id)}
    >
      its experiment
    </a>
  );
  return (
    <Facts>
      <Fact name="Published">{moment(version.created_time)}</Fact>
      <Fact name="Notes">{version.notes}</Fact>
      <Fact name="Written by">{version.transform && <code>{version.transform}</code>}</Fact>
      <Fact name="In">{build}</Fact>
      <Fact name="Experiment">{experiment}</Fact>
      <Fact name="Source">{version.source && <code>{version.source}</code>}</Fact>
      <Fact name="Code version">
        {version.code_version && <Short id={version.code_version} length={12} />}
      </Fact>
      <Fact name="Commit">
        <Commit environment={version.environment} />
      </Fact>
      <Fact name="Python">{version.environment?.python}</Fact>
      <Fact name="Platform">{version.environment?.platform}</Fact>
      <Fact name="Adapter">{version.adapter && <code>{version.adapter}</code>}</Fact>
      <Fact name="Id">
        <Short id={version.rid} length={40} />
      </Fact>
    </Facts>
  );
}

/** The commit that code ran at, and whether there were changes beside it. */
export function Commit({ environment }: { environment: Environment | null }) {
  const git = environment?.git;
  if (!git) return <span class="none">not in a Git repository</span>;
  return (
    <span class="inline">
      <Short id={git.commit} length={10} />
      {git.dirty && <Uncommitted />}
    </span>
  );
}

function Metrics({ model, version }: { model: Model; version: Version }) {
  const metrics = Object.entries(version.metrics);
  const run = useRuns(model.rid).all.find(({ id }) => id === version.experiment_id);
  if (!metrics.length) return <p class="note soft">Its experiment logged no metric.</p>;
  return (
    <>
      <dl class="facts numbers">
        {metrics.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{number(value, 6)}</dd>
          </div>
        ))}
      </dl>
      <p class="note">
        <a href={to(modelPlace(model.rid), { tab: "charts", runs: run?.rank ?? null })}>
          See their charts
        </a>
      </p>
    </>
  );
}

/** What was read, each in its version, with a link to what wrote that. */
export function Inputs({ inputs }: { inputs: VersionInput[] }) {
  if (!inputs.length) return <p class="note soft">Nothing was read by name.</p>;
  return (
    <ul class="inputs">
      {inputs.map((input) => (
        <li key={input.alias}>
          <span class="tag">{input.kind}</span>
          <div>
            <a href={placeAddress(input)}>{input.path}</a>
            <div class="soft">{saidOf(input)}</div>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** As what an input was read, in which version, how much of it, and what wrote that. */
function saidOf({ alias, path, version, rows_read, since, seq_of_writer }: VersionInput) {
  const amount = rows_read === null ? "" : `${counted(rows_read, "row")} read`;
  const parts = [
    alias === path ? "" : `as ${alias}`,
    version === null ? "" : `version ${version}`,
    since === null ? amount : `${amount} since version ${since}`,
  ];
  const said = parts.filter(Boolean).join(", ");
  if (seq_of_writer === null) return said;
  return (
    <>
      {said && `${said}, `}written by{" "}
      <a href={to(`/builds/${seq_of_writer}`)}>job #{seq_of_writer}</a>
    </>
  );
}

function Interface({ version: { api } }: { version: Version }) {
  if (!api) {
    return (
      <p class="note soft">The adapter declares no API, or it cannot be read without loading it.</p>
    );
  }
  return (
    <div class="api">
      <h3>Takes</h3>
      <Fields fields={api.inputs} />
      <h3>Gives</h3>
      <Fields fields={api.outputs} />
    </div>
  );
}

function Fields({ fields }: { fields: ApiField[] }) {
  if (!fields.length) return <p class="none">nothing</p>;
  return (
    <ul class="fields">
      {fields.map((field) => (
        <li key={field.name}>
          <span>{field.name}</span>
          <code>{typeOf(field.dataType) ?? field.type}</code>
          {field.required === false && <span class="soft">optional</span>}
          {field.columns && <Fields fields={field.columns} />}
        </li>
      ))}
    </ul>
  );
}

/** Returns a type in one word, as in `array<double>`. */
function typeOf(type: ApiType | undefined): string | undefined {
  if (!type) return undefined;
  const parts = [type.keyType, type.valueType, type.itemType].flatMap((part) => typeOf(part) ?? []);
  return parts.length ? `${type.type}<${parts.join(", ")}>` : type.type;
}

function Lines({ lines, none }: { lines: string[]; none: string }) {
  if (!lines.length) return <p class="note soft">{none}</p>;
  return <ul class="lines">{lines.map((line) => <li key={line}>{line}</li>)}</ul>;
}

const KEPT = /^\.([^/]+)\//; // the folders of the adapter's and of the training's code, beside its own files

function Files({ version: { artifacts } }: { version: Version }) {
  if (!artifacts.length) return <p class="note soft">It has no files of its own.</p>;
  const kept = new Map<string, Version["artifacts"]>();
  for (const file of artifacts) {
    const folder = KEPT.exec(file.name)?.[1] ?? "";
    kept.set(folder, [...kept.get(folder) ?? [], file]);
  }
  const { [""]: own = [], ...others } = Object.fromEntries(kept);
  return (
    <>
      {own.length > 0 && <FileList files={own} />}
      {Object.entries(others).map(([folder, files]) => (
        <details key={folder} class="note">
          <summary>{folder}: {counted(files.length, "file")}</summary>
          <FileList files={files} />
        </details>
      ))}
    </>
  );
}

function FileList({ files }: { files: Version["artifacts"] }) {
  return (
    <ul class="files">
      {files.map(({ name, size, sha256 }) => (
        <li key={name}>
          <span>{name.replace(KEPT, "")}</span>
          <Short id={sha256} />
          {typeof size === "number" && <span class="soft number">{bytes(size)}</span>}
        </li>
      ))}
    </ul>
  );
}

function lastName(adapter: string): string {
  return adapter.split(/[.:]/).pop() ?? adapter;
}
