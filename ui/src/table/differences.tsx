/** What differs between the experiments that are drawn: parameters, inputs, code and environment. */

import { dataUrl, useAnswer } from "../data/client.ts";
import type { DiffRow, ExperimentDiff } from "../data/types.ts";
import { Answered, Skeleton } from "../design/answered.tsx";
import { IconButton, Swatch, Told } from "../design/parts.tsx";
import { text } from "../format/value.ts";
import { choose } from "../state/address.ts";
import type { Run, Runs } from "../state/runs.ts";

const MOST = 40;
const GROUPS = {
  parameter: "Parameters",
  input: "Inputs",
  code: "Code",
  environment: "Environment",
};

/** A table with a column an experiment, the baseline first. */
export function Differences({ model, runs: { drawn, baseline } }: { model: string; runs: Runs }) {
  const compared = [...(baseline ? [baseline] : []), ...drawn.filter((run) => run !== baseline)]
    .slice(0, MOST);
  return (
    <section class="card differences">
      <header>
        <h2>Differences</h2>
        <div class="aside">
          {drawn.length > MOST && <span>the first {MOST} of {drawn.length}</span>}
          <IconButton icon="close" name="Close" onClick={() => choose({ diff: null })} />
        </div>
      </header>
      {compared.length < 2
        ? <p class="note soft">Select two runs or more to see what differs between them.</p>
        : <Compared model={model} compared={compared} />}
    </section>
  );
}

function Compared({ model, compared }: { model: string; compared: Run[] }) {
  const answer = useAnswer<ExperimentDiff>(
    dataUrl(`/models/${encodeURIComponent(model)}/diff`, { id: compared.map(({ id }) => id) }),
  );
  return (
    <Answered answer={answer} waiting={<Skeleton rows={5} />}>
      {({ rows }) => {
        const differing = rows.filter(({ values }) =>
          values.some((value) => !same(value, values[0]))
        );
        if (!differing.length) {
          return (
            <p class="note soft">They have the same parameters, inputs, code and environment.</p>
          );
        }
        return (
          <table class="list">
            <thead>
              <tr>
                <th>Name</th>
                {compared.map((run) => (
                  <th key={run.id}>
                    <span class="inline">
                      <Swatch look={run} />
                      {run.name}
                    </span>
                  </th>
                ))}
              </tr>
            </thead>
            {Object.entries(GROUPS).map(([group, title]) => (
              <Group
                key={group}
                title={title}
                rows={differing.filter((row) => row.group === group)}
              />
            ))}
          </table>
        );
      }}
    </Answered>
  );
}

function Group({ title, rows }: { title: string; rows: DiffRow[] }) {
  if (!rows.length) return null;
  return (
    <tbody>
      {rows.map(({ name, values }) => (
        <tr key={name}>
          <td title={title}>{name}</td>
          {values.map((value, place) => (
            <td key={place} class={same(value, values[0]) ? "" : "other"}>
              {text(value) ? <Told value={value} /> : <span class="none">–</span>}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
