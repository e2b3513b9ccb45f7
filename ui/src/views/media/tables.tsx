/** Tables that experiments logged: each beside the others of its name, or all as one with the experiments' colours. */

import type { ComponentChildren } from "preact";
import { dataUrl } from "../../data/client.ts";
import type { Rows } from "../../data/types.ts";
import { Skeleton, Trouble } from "../../design/answered.tsx";
import { Swatch } from "../../design/parts.tsx";
import { counted } from "../../format/number.ts";
import { choose, chosen } from "../../state/address.ts";
import type { Run } from "../../state/runs.ts";
import { RowsGrid } from "../rows/grid.tsx";
import { type Loaded, MOST_ROWS, type TablePlace, useTables } from "../rows/load.ts";
import { merged, ordered, parseOrder } from "../rows/rows.ts";
import { Caption, Download, SeriesSection } from "./cards.tsx";
import type { MediaSeries } from "./series.ts";

interface TablesProps {
  model: string;
  series: MediaSeries[];
}

/** Draws the experiments' tables of each name beside each other. */
export function TablesBeside({ model, series }: TablesProps) {
  return (
    <>
      {series.map(({ name, owners, without }) => (
        <SeriesSection key={name} name={name} without={without}>
          <div class="media-cards is-wide">
            {owners.map(({ run, entries }) => (
              <TableCard
                key={run.id}
                model={model}
                name={name}
                run={run}
                caption={entries[0]?.caption ?? null}
              />
            ))}
          </div>
        </SeriesSection>
      ))}
    </>
  );
}

function tablePlace(model: string, run: Run, name: string): TablePlace {
  return {
    path: `/models/${encodeURIComponent(model)}/tables/${run.id}/${encodeURIComponent(name)}`,
  };
}

function reorder(order: string | null): void {
  choose({ order });
}

function TableCard(
  { model, name, run, caption }: { model: string; name: string; run: Run; caption: string | null },
) {
  const place = tablePlace(model, run, name);
  const loaded = useTables([place])[0]!;
  const order = parseOrder(chosen("order"));
  return (
    <figure class="media-card">
      <figcaption class="media-owner">
        <Swatch look={run} />
        <span class="media-name">{run.name}</span>
        {loaded.table && <RowCount table={loaded.table} />}
      </figcaption>
      <TableBody loaded={loaded}>
        {(table) => {
          const whole = merged([{ id: run.id, table }]);
          return (
            <RowsGrid
              name={`${name} of ${run.name}`}
              columns={whole.columns}
              rows={ordered(whole, order)}
              order={order}
              reorder={reorder}
            />
          );
        }}
      </TableBody>
      <Caption text={caption} />
      <footer>
        <small>Parquet</small>
        <Download
          url={dataUrl(place.path, { download: "1" })}
          name={`${name} of ${run.name}`}
        />
      </footer>
    </figure>
  );
}

function TableBody(
  { loaded, children }: { loaded: Loaded; children: (table: Rows) => ComponentChildren },
) {
  if (loaded.problem) return <Trouble problem={loaded.problem} />;
  return loaded.table ? <>{children(loaded.table)}</> : <Skeleton rows={4} />;
}

function RowCount({ table: { rows, count } }: { table: Rows }) {
  const isCut = rows.length >= MOST_ROWS && count > rows.length;
  return (
    <small>
      {isCut
        ? `the first ${rows.length.toLocaleString("en")} of ${counted(count, "row")}`
        : counted(count, "row")}
    </small>
  );
}

/** Draws the experiments' tables of each name as one, each row with the colour of its experiment. */
export function TablesTogether({ model, series }: TablesProps) {
  return (
    <>
      {series.map(({ name, owners, without }) => (
        <SeriesSection key={name} name={name} without={without}>
          <Together
            model={model}
            name={name}
            runs={owners.map(({ run }) =>
              run
            )}
          />
        </SeriesSection>
      ))}
    </>
  );
}

function Together({ model, name, runs }: { model: string; name: string; runs: Run[] }) {
  const loaded = useTables(runs.map((run) => tablePlace(model, run, name)));
  const found = runs.flatMap(({ id }, place) => {
    const table = loaded[place]!.table;
    return table ? [{ id, table }] : [];
  });
  const problem = loaded.find((one) => one.problem)?.problem;
  const whole = merged(found);
  const order = parseOrder(chosen("order"));
  return (
    <div class="media-card">
      {problem && <Trouble problem={problem} />}
      {found.length < runs.length && (
        <p class="hint" role="status">{found.length} of {runs.length} tables are here</p>
      )}
      <RowsGrid
        name={`${name} of all experiments`}
        columns={whole.columns}
        rows={ordered(whole, order)}
        runs={new Map(runs.map((run) => [run.id, run]))}
        order={order}
        reorder={reorder}
      />
    </div>
  );
}
