/** The datasets of the store. */

import { dataUrl, useAnswer } from "../../data/client.ts";
import type { DatasetRow, Datasets } from "../../data/history.ts";
import { Answered, Empty, Skeleton } from "../../design/answered.tsx";
import { Ago, Command } from "../../design/parts.tsx";
import { Search } from "../../design/search.tsx";
import { bytes } from "../../format/number.ts";
import { useTitle } from "../../shell/title.ts";
import { chosen, to } from "../../state/address.ts";

/** Shows the list. */
export function DatasetsView() {
  useTitle("Datasets");
  const answer = useAnswer<Datasets>(dataUrl("/datasets"));
  return (
    <div class="view">
      <header class="heading">
        <h1>Datasets</h1>
        <div class="aside">
          <Search of="q" name="Search datasets" />
        </div>
      </header>
      <Answered
        answer={answer}
        waiting={
          <div class="card">
            <Skeleton />
          </div>
        }
      >
        {({ datasets }) =>
          datasets.length
            ? <List datasets={datasets} />
            : (
              <Empty title="There is no dataset here yet">
                <p>
                  A transform with an <code>Output</code> makes one.
                </p>
                <Command>transforms build</Command>
              </Empty>
            )}
      </Answered>
    </div>
  );
}

function List({ datasets }: { datasets: DatasetRow[] }) {
  const words = (chosen("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const found = datasets.filter(({ path }) =>
    words.every((word) => path.toLowerCase().includes(word))
  );
  if (found.length === 0) return <Empty title="No dataset has such a name" />;
  return (
    <div class="card scroll-x">
      <table class="list">
        <thead>
          <tr>
            <th>Dataset</th>
            <th class="number">Rows</th>
            <th class="number">Size</th>
            <th class="number">Files</th>
            <th class="number">Version</th>
            <th>Written by</th>
            <th>Updated</th>
          </tr>
        </thead>
        <tbody>
          {found.map((dataset) => (
            <tr key={dataset.rid}>
              <td>
                <a href={to(`/datasets/${encodeURIComponent(dataset.rid)}`)}>{dataset.path}</a>
              </td>
              <td class="number">
                {dataset.rows?.toLocaleString("en") ?? <span class="none">–</span>}
              </td>
              <td class="number">{dataset.bytes !== null && bytes(dataset.bytes)}</td>
              <td class="number">{dataset.files}</td>
              <td class="number">{dataset.version}</td>
              <td>
                {dataset.transform} <a href={to(`/builds/${dataset.seq}`)}>#{dataset.seq}</a>
              </td>
              <td>
                <Ago time={dataset.updated} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
