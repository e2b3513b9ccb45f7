/** One dataset: its first rows, schema and versions, what wrote it and who reads it. */

import "./datasets.css";
import { dataUrl, useAnswer } from "../../data/client.ts";
import type { Dataset } from "../../data/history.ts";
import { Answered, Empty, Skeleton, Trouble } from "../../design/answered.tsx";
import { Ago, Card, Fact, Facts, Short } from "../../design/parts.tsx";
import { bytes, counted } from "../../format/number.ts";
import { useTitle } from "../../shell/title.ts";
import { chosen, here, to } from "../../state/address.ts";
import { Checks } from "../checks.tsx";
import { Origin } from "../origin.tsx";
import { RunTag } from "../places.tsx";
import { RowsGrid } from "../rows/grid.tsx";
import { useTables } from "../rows/load.ts";
import { merged } from "../rows/rows.ts";

const FIRST = 200;

/**
 * Shows a dataset.
 *
 * @param rid its rid.
 */
export function DatasetView({ rid }: { rid: string }) {
  const answer = useAnswer<Dataset>(dataUrl(`/datasets/${encodeURIComponent(rid)}`));
  useTitle(answer.value?.path, "Datasets");
  return (
    <div class="view">
      <Answered answer={answer} waiting={<Skeleton />}>
        {(dataset) => <Page dataset={dataset} />}
      </Answered>
    </div>
  );
}

function Page({ dataset }: { dataset: Dataset }) {
  const version = chosen("version") ?? String(dataset.version);
  const written = dataset.versions.find((one) =>
    one.seq !== null && one.version <= Number(version)
  );
  return (
    <>
      <header class="heading">
        <nav class="crumbs" aria-label="Where this is">
          <a href={to("/datasets")}>Datasets</a>
        </nav>
        <h1>{dataset.path}</h1>
        <div class="aside soft dataset-facts">
          {dataset.rows !== null && <span>{counted(dataset.rows, "row")}</span>}
          {dataset.bytes !== null && <span>{bytes(dataset.bytes)}</span>}
          <span>version {dataset.version}</span>
          <Ago time={dataset.updated} />
        </div>
      </header>
      {dataset.problem && <p class="dataset-problem" role="alert">{dataset.problem}</p>}
      <div class="dataset">
        <div class="dataset-stack">
          <Card title={`First rows of version ${version}`}>
            <FirstRows rid={dataset.rid} version={version} />
          </Card>
          <Versions dataset={dataset} shown={version} />
          <Card title={`Where version ${version} came from`}>
            <div class="body">
              <Origin seq={written?.seq ?? dataset.seq} />
            </div>
          </Card>
        </div>
        <div class="dataset-stack">
          <Schema dataset={dataset} />
          <CheckCard dataset={dataset} />
          <Readers dataset={dataset} />
        </div>
      </div>
    </>
  );
}

function FirstRows({ rid, version }: { rid: string; version: string }) {
  const place = { path: `/datasets/${encodeURIComponent(rid)}/rows`, parameters: { version } };
  const { table, problem } = useTables([place], FIRST)[0]!;
  if (problem) return <Trouble problem={problem} />;
  if (!table) return <Skeleton />;
  if (table.columns.length === 0) return <Empty title="It holds files and no rows" />;
  const { columns, rows } = merged([{ id: rid, table }]);
  return (
    <>
      <RowsGrid name="First rows" columns={columns} rows={rows} />
      {table.count > rows.length && (
        <p class="rows-note">The first {rows.length} of {counted(table.count, "row")}.</p>
      )}
    </>
  );
}

function Schema({ dataset: { schema } }: { dataset: Dataset }) {
  return (
    <Card title="Schema" aside={counted(schema.length, "column")}>
      <Facts>
        {schema.map(({ name, type, nullable, description }) => (
          <Fact key={name} name={name}>
            <code>{type}</code>
            {!nullable && <small class="soft">never null</small>}
            {description && <p class="soft">{description}</p>}
          </Fact>
        ))}
      </Facts>
    </Card>
  );
}

function CheckCard({ dataset: { checks } }: { dataset: Dataset }) {
  return (
    <Card title="Checks" aside={checks.length || undefined}>
      {checks.length === 0 && (
        <div class="body">
          <p class="soft">No results: none of its checks were recorded.</p>
        </div>
      )}
      <Checks checks={checks} within="dataset" />
    </Card>
  );
}

function Readers({ dataset: { readers } }: { dataset: Dataset }) {
  return (
    <Card title="Read by" aside={readers.length || undefined}>
      <div class="body">
        {readers.length === 0 && <p class="soft">No transform of this project reads it.</p>}
        <ul>
          {readers.map((name) => (
            <li key={name}>
              <a href={to("/lineage", { place: name })}>{name}</a>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}

function Versions({ dataset: { versions }, shown }: { dataset: Dataset; shown: string }) {
  return (
    <Card title="Versions" aside={versions.length}>
      <table class="list">
        <thead>
          <tr>
            <th class="number">Version</th>
            <th>Job</th>
            <th>What was done</th>
            <th class="number">Rows</th>
            <th>When</th>
            <th>Transaction</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((one) => {
            const { version, seq, time, operation, mode, rows, transaction } = one;
            return (
              <tr key={version} aria-current={String(version) === shown}>
                <td class="number">
                  <a href={here({ version: String(version) })}>{version}</a>
                </td>
                <td>
                  {seq === null
                    ? <span class="none">none</span>
                    : <a href={to(`/builds/${seq}`)}>#{seq}</a>}
                </td>
                <td>
                  {mode ?? operation.toLowerCase()} <RunTag job={one} />
                </td>
                <td class="number">{rows?.toLocaleString("en") ?? <span class="none">–</span>}</td>
                <td>
                  <Ago time={time} />
                </td>
                <td>
                  <Short id={transaction} length={12} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Card>
  );
}
