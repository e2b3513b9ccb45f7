/** What changed between two versions of a model. */

import { dataUrl, useAnswer } from "../data/client.ts";
import { goalOf } from "../data/goal.ts";
import type { Change, Numeric, VersionDiff } from "../data/types.ts";
import { Answered, Skeleton } from "../design/answered.tsx";
import { Card, Told } from "../design/parts.tsx";
import { Gap } from "../table/cell.tsx";

const GROUPS = {
  code: "Code",
  inputs: "Inputs",
  parameters: "Parameters",
  metrics: "Metrics",
  api: "API",
  requirements: "Requirements",
};

/** The changes from an older version to a newer one, by what they are of. */
export function VersionChanges(
  { model, left, right }: { model: string; left: string; right: string },
) {
  const names = [left, right].map(encodeURIComponent);
  const answer = useAnswer<VersionDiff>(
    dataUrl(`/models/${encodeURIComponent(model)}/versions/${names[0]}/diff/${names[1]}`),
  );
  return (
    <Card title="What changed" aside={<span>{left} → {right}</span>}>
      <Answered answer={answer} waiting={<Skeleton rows={6} />}>
        {(diff) => <Groups diff={diff} left={left} right={right} />}
      </Answered>
    </Card>
  );
}

function Groups({ diff, left, right }: { diff: VersionDiff; left: string; right: string }) {
  const groups = Object.entries(GROUPS).map(([key, title]) => ({
    title,
    changes: diff[key] ?? [],
  }));
  const same = groups.filter(({ changes }) => changes.every(({ kind }) => kind === "same"));
  return (
    <div class="scroll-x">
      <table class="list changes">
        <thead>
          <tr>
            <th>Name</th>
            <th>{left}</th>
            <th>{right}</th>
          </tr>
        </thead>
        {groups.filter((group) => !same.includes(group)).map(({ title, changes }) => (
          <tbody key={title}>
            <tr class="group">
              <th colSpan={3}>{title}</th>
            </tr>
            {changes.filter(({ kind }) =>
              kind !== "same"
            ).map((change) => (
              <Row key={change.name} change={change} isMetric={title === GROUPS.metrics} />
            ))}
          </tbody>
        ))}
      </table>
      {same.length > 0 && (
        <p class="note soft">
          The same: {same.map(({ title, changes }) => `${title} (${changes.length})`).join(", ")}.
        </p>
      )}
    </div>
  );
}

function Row({ change: { name, kind, left, right }, isMetric }: {
  change: Change;
  isMetric: boolean;
}) {
  const sides = isMetric ? [] : ["left", "right"]; // green is what is better of a metric, not what is new
  return (
    <tr class={kind}>
      <td>{name}</td>
      <td>
        {kind === "added" ? <span class="none">–</span> : (
          <span class={sides[0]}>
            <Told value={left} />
          </span>
        )}
      </td>
      <td>
        {kind === "removed" ? <span class="none">–</span> : (
          <span class={sides[1]}>
            <Told value={right} />
          </span>
        )} {isMetric && kind === "changed" && (
          <Gap
            value={right as Numeric}
            base={left as Numeric}
            better={goalOf(name) === "least" ? -1 : 1}
          />
        )}
      </td>
    </tr>
  );
}
