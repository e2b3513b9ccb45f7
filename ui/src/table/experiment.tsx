/** The page of one experiment: what is known of it, what it was given, what it logged. */

import "./experiment.css";
import { dataUrl, useAnswer } from "../data/client.ts";
import type { Experiment, Model, Series } from "../data/types.ts";
import { Answered, Skeleton } from "../design/answered.tsx";
import { lookOf } from "../design/palette.ts";
import { Ago, Card, Fact, Facts, Short, StatusMark, Swatch } from "../design/parts.tsx";
import { counted, number } from "../format/number.ts";
import { moment, span } from "../format/time.ts";
import { text } from "../format/value.ts";
import { modelPlace, Path, versionPlace } from "../models/place.tsx";
import { Commit, Inputs } from "../models/version.tsx";
import { dark } from "../shell/theme.ts";
import { useTitle } from "../shell/title.ts";
import { here, to } from "../state/address.ts";
import { LiveMark, SignOfLife, Trail, useLive } from "../views/index.ts";

/** One experiment. */
export function ExperimentView({ model, id }: { model: string; id: string }) {
  useLive(model);
  const place = `/models/${encodeURIComponent(model)}`;
  const answer = useAnswer<Experiment>(dataUrl(`${place}/experiments/${encodeURIComponent(id)}`));
  const path = useAnswer<Model>(dataUrl(place)).value?.path;
  useTitle(answer.value?.name, path);
  return (
    <div class="view whole model">
      <Answered answer={answer} waiting={<Skeleton rows={14} />}>
        {(experiment) => <Sheet model={model} path={path} experiment={experiment} />}
      </Answered>
    </div>
  );
}

function Sheet(
  { model, path, experiment }: { model: string; path: string | undefined; experiment: Experiment },
) {
  const { rank, name, status, error, dropped } = experiment;
  const metrics = experiment.series.filter(({ kind }) => kind === "metric");
  const media = experiment.series.filter(({ kind }) => kind !== "metric");
  const alone = { runs: rank };
  return (
    <>
      <header class="heading">
        <nav class="crumbs" aria-label="Where this is">
          <a href={to("/")}>Models</a>
          <a href={to(modelPlace(model), { tab: "experiments" })}>
            {path ? <Path path={path} /> : "…"}
          </a>
        </nav>
        <h1 class="inline">
          <Swatch look={lookOf(rank, dark.value)} />
          {name || `experiment ${rank + 1}`}
        </h1>
        <StatusMark status={status} />
        {status === "RUNNING" && experiment.heartbeat && <SignOfLife time={experiment.heartbeat} />}
        <div class="aside">
          <LiveMark running={status === "RUNNING" ? 1 : 0} />
          <a class="button" href={to(modelPlace(model), { tab: "charts", ...alone })}>Charts</a>
          {media.length > 0 && (
            <a class="button" href={to(modelPlace(model), { tab: "media", ...alone })}>Media</a>
          )}
        </div>
      </header>
      {error && (
        <section class="error card" role="alert">
          <h2>{status === "ABANDONED" ? "It was abandoned" : "It failed"}</h2>
          <pre>{error}</pre>
        </section>
      )}
      {dropped > 0 && (
        <p class="warning">
          {counted(dropped, "value")}{" "}
          could not be kept, as they came faster than they were written: the series have gaps.
        </p>
      )}
      <Trail model={model} experiment={experiment} />
      <div class="cards">
        <div class="stack">
          <Card title="Facts" aside={<Ago time={experiment.created} />}>
            <Origin model={model} experiment={experiment} />
          </Card>
          <Card title="Inputs" aside={counted(experiment.inputs.length, "input")}>
            <Inputs inputs={experiment.inputs} />
          </Card>
        </div>
        <div class="stack">
          <Card title="Metrics" aside={counted(experiment.values, "value")}>
            <Metrics metrics={metrics} model={model} rank={rank} />
          </Card>
          {media.length > 0 && (
            <Card title="Media">
              <ul class="fields note">
                {media.map(({ kind, name: series, length }) => (
                  <li key={`${kind} ${series}`}>
                    <a href={to(modelPlace(model), { tab: "media", kind, ...alone })}>{series}</a>
                    <span class="soft">{counted(length, kind === "table" ? "row" : kind)}</span>
                  </li>
                ))}
              </ul>
            </Card>
          )}
        </div>
        <div class="stack">
          <Card title="Parameters" aside={String(experiment.parameters.length)}>
            <Parameters experiment={experiment} />
          </Card>
          <Card title="Environment">
            <EnvironmentFacts experiment={experiment} />
          </Card>
        </div>
      </div>
    </>
  );
}

function Origin({ model, experiment }: { model: string; experiment: Experiment }) {
  const { created, finished, heartbeat, status, version, seq, transform, source, code_version } =
    experiment;
  const end = finished ?? (status === "RUNNING" ? heartbeat : null);
  const seconds = created && end ? (Date.parse(end) - Date.parse(created)) / 1000 : null;
  return (
    <Facts>
      <Fact name="Began">{moment(created)}</Fact>
      <Fact name="Ended">{finished && moment(finished)}</Fact>
      <Fact name={status === "RUNNING" ? "Runs for" : "Took"}>
        {seconds !== null && seconds >= 0 && span(seconds)}
      </Fact>
      <Fact name="Last sign of life">
        {status !== "SUCCEEDED" && heartbeat && <Ago time={heartbeat} />}
      </Fact>
      <Fact name="Version">
        {version && <a href={versionPlace(model, version)}>{version}</a>}
      </Fact>
      <Fact name="Written by">{transform && <code>{transform}</code>}</Fact>
      <Fact name="In">
        {typeof seq === "number" && <a href={to(`/builds/${seq}`)}>job #{seq}</a>}
      </Fact>
      <Fact name="Source">{source && <code>{source}</code>}</Fact>
      <Fact name="Code version">
        {code_version && <Short id={code_version} length={12} />}
      </Fact>
      <Fact name="Commit">
        <Commit environment={experiment.environment} />
      </Fact>
      <Fact name="Id">
        <Short id={experiment.id} length={40} />
      </Fact>
    </Facts>
  );
}

function Metrics({ metrics, model, rank }: { metrics: Series[]; model: string; rank: number }) {
  if (!metrics.length) {
    return (
      <p class="note soft">
        Nothing was logged yet. <code>experiment.log_metric("loss", 0.5)</code> logs a value.
      </p>
    );
  }
  return (
    <div class="scroll-x">
      <table class="list">
        <thead>
          <tr>
            <th>Series</th>
            <th class="number">Last</th>
            <th class="number">Least</th>
            <th class="number">Greatest</th>
            <th class="number">Values</th>
          </tr>
        </thead>
        <tbody>
          {metrics.map(({ name, last, min, max, length }) => (
            <tr key={name}>
              <td>
                <a href={to(modelPlace(model), { tab: "charts", runs: rank, find: name })}>
                  {name}
                </a>
              </td>
              <td class="number">
                <a href={here({ origin: name })} title="Where did this come from?">
                  {number(last)}
                </a>
              </td>
              <td class="number">{number(min)}</td>
              <td class="number">{number(max)}</td>
              <td class="number soft">{number(length)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Parameters({ experiment: { parameters } }: { experiment: Experiment }) {
  if (!parameters.length) {
    return (
      <p class="note soft">
        It was given none. <code>experiment.log_param("lr", 0.1)</code> keeps one.
      </p>
    );
  }
  return (
    <dl class="facts">
      {parameters.map(({ name, type, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd title={type}>{text(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function EnvironmentFacts({ experiment: { environment } }: { experiment: Experiment }) {
  const { packages, git: _, ...rest } = environment ?? {};
  const lines = Array.isArray(packages)
    ? packages.map(text)
    : Object.entries((packages ?? {}) as Record<string, unknown>).map(([name, version]) =>
      `${name} ${text(version)}`
    );
  return (
    <>
      <Facts>
        {Object.entries(rest).map(([name, value]) => (
          <Fact key={name} name={name}>{Array.isArray(value) ? value.join(" ") : text(value)}</Fact>
        ))}
      </Facts>
      {lines.length > 0 && (
        <details class="note">
          <summary>{counted(lines.length, "package")}</summary>
          <ul class="lines">{lines.map((line) => <li key={line}>{line}</li>)}</ul>
        </details>
      )}
    </>
  );
}
