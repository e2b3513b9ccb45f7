/** The datasets of the store. */

import { dataUrl, useAnswer } from "../../data/client.ts";
import type { DatasetRow, Datasets } from "../../data/history.ts";
import { Empty } from "../../design/answered.tsx";
import { Listing } from "../../design/listing.tsx";
import { matches } from "../../design/matching.ts";
import { Ago, Command } from "../../design/parts.tsx";
import { bytes } from "../../format/number.ts";
import { chosen, to } from "../../state/address.ts";

/** Shows the list. */
export function DatasetsView() {
  const answer = useAnswer<Datasets>(dataUrl("/datasets"));
  return (
    <Listing title="Datasets" search="Search datasets" answer={answer}>
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
    </Listing>
  );
}

function List({ datasets }: { datasets: DatasetRow[] }) {
  const wanted = chosen("q") ?? "";
  const found = datasets.filter(({ path }) => matches(wanted, [path]));
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
