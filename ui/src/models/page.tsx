/** A model's page: its heading, and its tabs. */

import "./models.css";
import { ChartsTab } from "../charts/index.ts";
import { dataUrl, useAnswer } from "../data/client.ts";
import type { Experiments, Model } from "../data/types.ts";
import { Answered, Skeleton } from "../design/answered.tsx";
import { Short } from "../design/parts.tsx";
import { number } from "../format/number.ts";
import { useKeys } from "../shell/keys.ts";
import { useTitle } from "../shell/title.ts";
import { choose, chosen, here, to } from "../state/address.ts";
import { useRuns } from "../state/runs.ts";
import { RunList } from "../table/run_list.tsx";
import { ExperimentsTab } from "../table/tab.tsx";
import { EvaluationsTab, LiveMark, MediaTab, useLive } from "../views/index.ts";
import { Path } from "./place.tsx";
import { Overview } from "./overview.tsx";
import { Versions } from "./versions.tsx";

const TABS = ["overview", "versions", "experiments", "charts", "media", "evaluations"] as const;

/** One model, in the tab that is chosen. */
export function ModelPage({ model }: { model: string }) {
  const answer = useAnswer<Model>(dataUrl(`/models/${encodeURIComponent(model)}`));
  useLive(answer.value && model);
  const { experiments } = useRuns(model);
  const tab = TABS.find((one) => one === chosen("tab")) ?? "overview";
  useTitle(titleOf(tab), answer.value?.path);
  useKeys(Object.fromEntries(
    TABS.map((name, place) => [String(place + 1), [titleOf(name), () => choose({ tab: name })]]),
  ));
  const counts = { versions: answer.value?.versions.length, experiments: experiments?.count };
  return (
    <div class={tab === "experiments" ? "view whole model fill" : "view whole model"}>
      <Heading model={answer.value} rid={model} running={runningOf(experiments)} />
      <nav class="tabs" aria-label="Parts of the model">
        {TABS.map((name) => (
          <a key={name} href={here({ tab: name })} aria-current={name === tab ? "page" : undefined}>
            {titleOf(name)}
            <Count of={counts[name as keyof typeof counts]} />
          </a>
        ))}
      </nav>
      <div class={`tab ${tab}`}>
        {tab === "overview" && (
          <Answered answer={answer} waiting={<Skeleton rows={12} />}>
            {(value) => <Overview model={value} />}
          </Answered>
        )}
        {tab === "versions" && (
          <Answered answer={answer} waiting={<Skeleton rows={12} />}>
            {(value) => <Versions model={value} />}
          </Answered>
        )}
        {tab === "experiments" && <ExperimentsTab model={model} />}
        {tab === "evaluations" && <EvaluationsTab model={model} />}
        {(tab === "charts" || tab === "media") && (
          <div class="beside">
            <RunList model={model} />
            <div class="drawn">
              {tab === "charts" ? <ChartsTab model={model} /> : <MediaTab model={model} />}
            </div>
          </div>
        )}
      </div>
    </div>
  );
}

function Count({ of: count }: { of: number | undefined }) {
  return count === undefined ? null : <span class="count">{number(count)}</span>;
}

function titleOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function runningOf(experiments: Experiments | null): number {
  return experiments?.columns.status.filter((status) => status === "RUNNING").length ?? 0;
}

function Heading({ model, rid, running }: {
  model: Model | null;
  rid: string;
  running: number;
}) {
  return (
    <header class="heading">
      <nav class="crumbs" aria-label="Where this is">
        <a href={to("/")}>Models</a>
      </nav>
      <h1>{model ? <Path path={model.path} /> : "…"}</h1>
      <Short id={rid} length={32} />
      <div class="aside">
        {model && <LiveMark running={running} />}
      </div>
    </header>
  );
}
