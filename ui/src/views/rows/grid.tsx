/** Rows of a table, of which only those are drawn that can be seen. */

import "./rows.css";
import { useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Run } from "../../state/runs.ts";
import { Swatch } from "../../design/parts.tsx";
import { number } from "../../format/number.ts";
import { cellText, type Merged, nextOrder, type Order, type OwnedRow } from "./rows.ts";
import { visibleRows } from "../../table/window.ts";

const ROW = 28; // pixels, as the style sheet has it
const ROOM = 15 * ROW;
/** Types of numbers, as Delta and as Polars name them. */
const NUMERIC = /^(U?Int|Float|Decimal|byte|short|integer|long|float|double|decimal)/;

interface RowsGridProps {
  columns: Merged["columns"];
  rows: readonly OwnedRow[];
  /** The experiments that rows are of, where that is worth saying. */
  runs?: ReadonlyMap<string, Run>;
  order?: Order | null;
  /** Is told the new order when a column's head is clicked; without it columns cannot be ordered. */
  reorder?: (order: string | null) => void;
  name: string;
}

/** Draws rows under the heads of their columns. */
export function RowsGrid({ columns, rows, runs, order = null, reorder, name }: RowsGridProps) {
  const [scrolled, setScrolled] = useState(0);
  const { first, last } = visibleRows(scrolled, ROOM, ROW, rows.length);
  return (
    <div
      class="rows"
      tabIndex={0}
      role="region"
      aria-label={name}
      style={{ maxHeight: `${ROOM + ROW}px` }}
      onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}
    >
      <table aria-rowcount={rows.length}>
        <thead>
          <tr>
            {runs && <th class="rows-run" />}
            {columns.map((column) => (
              <Head key={column.name} {...column} order={order} reorder={reorder} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap height={first * ROW} />
          {rows.slice(first, last).map(({ id, cells }, place) => (
            <tr key={first + place} aria-rowindex={first + place + 1}>
              {runs && <td class="rows-run">{runs.has(id) && <RunMark run={runs.get(id)!} />}</td>}
              {columns.map((column, at) => (
                <Cell key={column.name} value={cells[at]} type={column.type} />
              ))}
            </tr>
          ))}
          <Gap height={(rows.length - last) * ROW} />
        </tbody>
      </table>
    </div>
  );
}

/** The colour of an experiment, with its name when pointed at. */
function RunMark({ run }: { run: Run }): ComponentChildren {
  return (
    <span title={run.name} aria-label={run.name}>
      <Swatch look={run} />
    </span>
  );
}

function Gap({ height }: { height: number }) {
  return height > 0 && (
    <tr aria-hidden="true">
      <td style={{ height: `${height}px` }} />
    </tr>
  );
}

function Head({ name, type, order, reorder }: {
  name: string;
  type: string;
  order: Order | null;
  reorder: RowsGridProps["reorder"];
}) {
  const isOrdered = order?.column === name;
  const way = !isOrdered ? "none" : order.falls ? "descending" : "ascending";
  return (
    <th
      class={NUMERIC.test(type) ? "number" : ""}
      aria-sort={reorder && way}
      title={`${name}: ${type}`}
    >
      {reorder
        ? (
          <button type="button" class="quiet" onClick={() => reorder(nextOrder(order, name))}>
            {name}
            <span aria-hidden="true">{isOrdered ? (order.falls ? " ↓" : " ↑") : ""}</span>
          </button>
        )
        : name}
    </th>
  );
}

function Cell({ value, type }: { value: unknown; type: string }) {
  if (value === null || value === undefined) {
    return <td class={NUMERIC.test(type) ? "number none" : "none"}>–</td>;
  }
  if (typeof value === "number") {
    return <td class="number" title={String(value)}>{number(value, 6)}</td>;
  }
  const said = cellText(value);
  return <td title={said}>{said.slice(0, SHOWN)}</td>;
}

const SHOWN = 300; // letters of a cell; the title has all
