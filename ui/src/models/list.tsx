/** The list of models. */

import "./models.css";
import { dataUrl, useAnswer } from "../data/client.ts";
import type { ModelRow, Models } from "../data/types.ts";
import { Empty } from "../design/answered.tsx";
import { Listing } from "../design/listing.tsx";
import { matches } from "../design/matching.ts";
import { Ago, Command } from "../design/parts.tsx";
import { counted, number } from "../format/number.ts";
import { useKeys } from "../shell/keys.ts";
import { adjust, chosen, go, to } from "../state/address.ts";
import { modelPlace, Path } from "./place.tsx";

/** All models of the branch, the one that changed last first. */
export function ModelsView() {
  const answer = useAnswer<Models>(dataUrl("/models"));
  return (
    <Listing title="Models" search="Search models" answer={answer}>
      {({ models }) => models.length ? <ModelTable models={models} /> : <NoModels />}
    </Listing>
  );
}

function ModelTable({ models }: { models: ModelRow[] }) {
  const wanted = chosen("q") ?? "";
  const found = models.filter(({ path, alias }) => matches(wanted, [path, alias]));
  const at = found.findIndex(({ rid }) => rid === chosen("run"));
  const step = (by: number) => {
    const next = found[Math.min(Math.max(at + by, 0), found.length - 1)];
    if (next) adjust({ run: next.rid });
  };
  useKeys({
    ArrowDown: ["Next row", () => step(1)],
    ArrowUp: ["Row before", () => step(-1)],
    Enter: ["Open", () => found[at] && go(to(modelPlace(found[at].rid)))],
  });
  if (!found.length) {
    return (
      <Empty title={`No model is called “${wanted}”`}>
        <p>
          {counted(models.length, "model")} on this branch. Press Escape in the search to see them.
        </p>
      </Empty>
    );
  }
  return (
    <div class="card scroll-x">
      <table class="list models">
        <thead>
          <tr>
            <th>Model</th>
            <th class="number">Versions</th>
            <th class="number">Experiments</th>
            <th>State</th>
            <th class="number">Changed</th>
          </tr>
        </thead>
        <tbody>
          {found.map((model, place) => (
            <tr
              key={model.rid}
              class={place === at ? "at" : ""}
              onClick={() => go(to(modelPlace(model.rid)))}
            >
              <td>
                <a class="name" href={to(modelPlace(model.rid))}>
                  <Path path={model.path} />
                </a>
              </td>
              <td class="number">{number(model.versions)}</td>
              <td class="number">{number(model.experiments)}</td>
              <td>
                <States model={model} />
              </td>
              <td class="number soft">
                <Ago time={model.updated} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function States({ model: { running, failed, latest_version } }: { model: ModelRow }) {
  return (
    <span class="inline">
      {running > 0 && <span class="status running">{running} running</span>}
      {failed > 0 && <span class="tag bad">{failed} failed</span>}
      {!running && !failed &&
        (latest_version ? <span class="tag good">published</span> : <span class="none">–</span>)}
    </span>
  );
}

function NoModels() {
  return (
    <Empty title="There are no models on this branch yet">
      <p>A model comes from a transform with a ModelOutput. Build the pipelines of this folder:</p>
      <Command>transforms build</Command>
      <p>Or log an experiment from a notebook:</p>
      <pre>
        <code>{NOTEBOOK}</code>
      </pre>
    </Empty>
  );
}

const NOTEBOOK = `from palantir_models.code_workspaces import ModelOutput

model = ModelOutput("/my/model")
experiment = model.create_experiment(name="first")
experiment.log_param("lr", 0.1)
experiment.log_metric("loss", 0.5)`;
