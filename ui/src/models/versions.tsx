/** A model's versions, newest first, and what changed between two. */

import type { Model, Version } from "../data/types.ts";
import { Empty } from "../design/answered.tsx";
import { Ago, Command } from "../design/parts.tsx";
import { number } from "../format/number.ts";
import { choose, chosen } from "../state/address.ts";
import { VersionChanges } from "./changes.tsx";
import { versionPlace } from "./place.tsx";
import { Tags } from "./version.tsx";

/** The versions as rows; two of them may be taken to be compared. */
export function Versions({ model }: { model: Model }) {
  const taken = (chosen("diff") ?? "").split("..").filter((one) =>
    model.versions.some(({ version }) => version === one)
  );
  const take = (version: string) => {
    const rest = taken.filter((one) => one !== version);
    const next = rest.length < taken.length ? rest : [...taken.slice(-1), version];
    choose({ diff: next.join("..") });
  };
  if (!model.versions.length) {
    return (
      <Empty title="No version of this model was published yet">
        <p>
          A job publishes one with <code>model.publish(adapter)</code>.
        </p>
        <Command>transforms build</Command>
      </Empty>
    );
  }
  const metrics = metricsOf(model.versions);
  const order = model.versions.map(({ version }) => version);
  const [left, right] = [...taken].sort((a, b) => order.indexOf(b) - order.indexOf(a));
  return (
    <div class="stack">
      <p class="soft">
        {taken.length === 2
          ? "What changed between the two is below."
          : taken.length === 1
          ? "Take another version to see what changed between them."
          : "Take two versions to see what changed between them."}
      </p>
      <div class="card scroll-x">
        <table class="list versions">
          <thead>
            <tr>
              <th class="take">
                <span class="unseen">Compare</span>
              </th>
              <th>Version</th>
              <th>Published</th>
              <th>Transform</th>
              {metrics.map((name) => <th key={name} class="number">{name}</th>)}
              <th>Notes</th>
            </tr>
          </thead>
          <tbody>
            {model.versions.map((version, place) => (
              <tr key={version.version} class={taken.includes(version.version) ? "at" : ""}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Compare version ${version.version}`}
                    checked={taken.includes(version.version)}
                    onChange={() =>
                      take(version.version)}
                  />
                </td>
                <td>
                  <a class="name" href={versionPlace(model.rid, version.version)}>
                    {version.version}
                  </a>
                  {place === 0 && <span class="tag accent">latest</span>}
                  <Tags of={version} />
                </td>
                <td class="soft">
                  <Ago time={version.created_time} />
                </td>
                <td class="soft">{version.transform}</td>
                {metrics.map((name) => (
                  <td key={name} class="number">{number(version.metrics[name])}</td>
                ))}
                <td class="soft">{version.notes}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {left && right && <VersionChanges model={model.rid} left={left} right={right} />}
    </div>
  );
}

const MOST_METRICS = 4;

/** Returns the metrics of most versions: those that are worth a column. */
function metricsOf(versions: Version[]): string[] {
  const counts = new Map<string, number>();
  for (const { metrics } of versions) {
    for (const name of Object.keys(metrics)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, MOST_METRICS).map(([name]) => name);
}
