/** The tab of a model's evaluations: what its versions scored, by set and branch, and some of them side by side. */

import { dataUrl, useAnswer } from "../../data/client.ts";
import type { Evaluation, Evaluations, Media } from "../../data/types.ts";
import { Answered, Empty, Skeleton } from "../../design/answered.tsx";
import { lookOf, toldApart } from "../../design/palette.ts";
import { Ago, Card, Swatch } from "../../design/parts.tsx";
import { number } from "../../format/number.ts";
import { dark } from "../../shell/theme.ts";
import { choose, chosen, to } from "../../state/address.ts";
import type { Key } from "../../state/keys.ts";
import { ranksAsText, ranksFromText } from "../../state/query.ts";
import type { Run } from "../../state/runs.ts";
import { Gap } from "../../table/cell.tsx";
import { ImagesAtStep } from "../media/images.tsx";
import { PlotsAtStep } from "../media/plots.tsx";
import { type MediaSeries, seriesOf } from "../media/series.ts";
import { TablesBeside } from "../media/tables.tsx";
import { Viewer } from "../media/viewer.tsx";
import { betterOf, byVersion, lines } from "./scores.ts";

const EXAMPLE = `@evaluation("holdout")
@transform.using(model=ModelInput("/path/of/model"), rows=Input("/path/of/rows"))
def judge(model, rows):
    model.create_evaluation().log_metric("accuracy", 0.93)`;

/** What the versions of a model scored. */
export function EvaluationsTab({ model }: { model: string }) {
  const answer = useAnswer<Evaluations>(
    dataUrl(`/models/${encodeURIComponent(model)}/evaluations`),
  );
  return (
    <Answered answer={answer} waiting={<Skeleton rows={12} />}>
      {(value) =>
        value.evaluations.length > 0
          ? <Shown model={model} {...value} />
          : (
            <Empty title="No version of this model was evaluated yet">
              <pre>{EXAMPLE}</pre>
            </Empty>
          )}
    </Answered>
  );
}

function Shown({ model, sets, evaluations }: Evaluations & { model: string }) {
  const set = chosen("set");
  const on = chosen("on");
  const branches = [...new Set(evaluations.map(({ branch }) => branch))].sort();
  const seen = evaluations.filter((one) => (!set || one.set === set) && (!on || one.branch === on));
  const ranks = ranksFromText(chosen("evals") ?? "", evaluations.length);
  const taken = seen.filter(({ rank }) => ranks.includes(rank));
  const shown = taken.length ? taken.toReversed() : seen.slice(0, 1); // the others are compared with the oldest
  const take = ({ rank }: Evaluation) => {
    const before = shown.map((one) => one.rank);
    const rest = before.filter((one) => one !== rank);
    choose({ evals: ranksAsText(rest.length < before.length ? rest : [...before, rank]) });
  };
  return (
    <div class="stack">
      <div class="inline">
        <Choice name="set" every="All sets" among={sets} />
        <Choice name="on" every="All branches" among={branches} />
      </div>
      <div class="card scroll-x">
        <table class="list">
          {byVersion(seen).map(([version, rows]) => (
            <tbody key={version}>
              <tr class="group">
                <th colSpan={5}>
                  <a href={to(place(model, version), { branch: rows[0]!.version_branch })}>
                    Version {version}
                  </a>
                </th>
              </tr>
              {rows.map((one) => (
                <tr key={one.id}>
                  <td>
                    <label class="inline">
                      <input
                        type="checkbox"
                        aria-label={`Compare ${one.name} of ${version} on ${one.branch}`}
                        checked={shown.includes(one)}
                        onChange={() => take(one)}
                      />
                      {one.name}
                    </label>
                  </td>
                  <td>{one.set}</td>
                  <td>{one.branch}</td>
                  <td class="soft">{one.transform}</td>
                  <td class="number soft">
                    <Ago time={one.created} />
                  </td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
      {shown.length > 0
        ? (
          <>
            <div style={{ minWidth: 0, maxWidth: `${340 + 220 * shown.length}px` }}>
              <Scores evaluations={shown} />
            </div>
            <Logged model={model} evaluations={shown} />
          </>
        )
        : <Empty title="There is no such evaluation" />}
    </div>
  );
}

function Choice({ name, every, among }: { name: Key; every: string; among: string[] }) {
  return (
    <select
      class="field"
      style={{ maxWidth: "45vw" }}
      aria-label={every}
      value={chosen(name) ?? ""}
      onChange={(event) => choose({ [name]: event.currentTarget.value || null })}
    >
      <option value="">{every}</option>
      {among.map((one) => <option key={one}>{one}</option>)}
    </select>
  );
}

function place(model: string, version: string): string {
  return `/models/${encodeURIComponent(model)}/versions/${version}`;
}

/** The metrics of some evaluations, a column each, and how the others differ from the first. */
function Scores({ evaluations }: { evaluations: Evaluation[] }) {
  const runs = runsOf(evaluations);
  return (
    <Card title="Metrics">
      <div class="scroll-x">
        <table class="list">
          <thead>
            <tr>
              <th>Metric</th>
              {runs.map((run) => (
                <th key={run.id} class="number">
                  <span class="inline">
                    <Swatch look={run} />
                    {run.name}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          {lines(evaluations).map(([subset, rows]) => (
            <tbody key={subset}>
              <tr class="group">
                <th colSpan={1 + runs.length}>{subset ?? "Overall"}</th>
              </tr>
              {rows.map(([name, values]) => (
                <tr key={name}>
                  <td>{name}</td>
                  {values.map((value, column) => (
                    <td key={column} class="number">
                      {column > 0 && value !== null && (
                        <Gap value={value} base={values[0]!} better={betterOf(name)} />
                      )}
                      {number(value)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </Card>
  );
}

/** Images, plots and tables of some evaluations, those of one name beside each other. */
function Logged({ model, evaluations }: { model: string; evaluations: Evaluation[] }) {
  const runs = runsOf(evaluations);
  const images = useMedia(model, "image", runs);
  const plots = useMedia(model, "plot", runs);
  const tables = useMedia(model, "table", runs);
  return (
    <div class="media">
      <ImagesAtStep model={model} series={images} step={0} />
      <Viewer model={model} series={images} />
      {plots.length > 0 && <PlotsAtStep model={model} series={plots} step={0} />}
      <TablesBeside model={model} series={tables} />
    </div>
  );
}

function useMedia(model: string, kind: string, runs: Run[]): MediaSeries[] {
  const { value } = useAnswer<Media>(
    dataUrl(`/models/${encodeURIComponent(model)}/media/${kind}`, { id: runs.map(({ id }) => id) }),
  );
  return value ? seriesOf(value, runs, "") : [];
}

/** Returns evaluations as what media are drawn beside; they have no status, and their media no steps. */
function runsOf(evaluations: Evaluation[]): Run[] {
  return toldApart(evaluations.map(({ id, rank, name, version }) => ({
    id,
    rank,
    name: `${version} ${name}`,
    status: "",
    ...lookOf(rank, dark.value),
  })));
}
