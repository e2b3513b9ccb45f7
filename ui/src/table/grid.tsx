/**
 * A table of any size: only what is seen is drawn. Rows have one height and columns their own widths, so that where a cell is follows
 * from its place, and nothing is measured. The first column and the pinned rows stay where they are.
 */

import "./grid.css";
import { Component, type ComponentChildren, type VNode } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Part, visibleColumns, visibleRows } from "./window.ts";

/** The height of a row, and of the titles, in pixels. */
export const ROW = 32;
export const HEAD = 46;

/** A column as the grid needs it. */
export interface GridColumn {
  key: string;
  width: number;
  numeric: boolean;
}

/** What a grid shows. */
export interface GridProps<C extends GridColumn> {
  name: string;
  columns: readonly C[];
  /** What is shown, from the top: names of rows, which the drawing functions are given. */
  rows: readonly number[];
  pinned: readonly number[];
  /** The width of the first column, in pixels. */
  first: number;
  /** The row that has the keyboard; it is scrolled to when it changes. */
  at: number | null;
  corner: ComponentChildren;
  title: (column: C) => VNode;
  head: (row: number) => VNode;
  cell: (column: C, row: number) => ComponentChildren;
  /** What is said of a cell when it is pointed at. */
  tip: (column: C, row: number) => string | undefined;
  rowClass: (row: number) => string;
}

/** Draws a grid. */
export function Grid<C extends GridColumn>(props: GridProps<C>) {
  const { columns, rows, pinned, first, at } = props;
  const box = useRef<HTMLDivElement>(null);
  const ends = useMemo(() => endsOf(columns), [columns]);
  const seen = useSeen(box, rows.length, ends, first, HEAD + pinned.length * ROW);
  useEffect(() => {
    const place = at === null ? -1 : rows.indexOf(at);
    if (place >= 0) keepInView(box.current!, place * ROW, HEAD + pinned.length * ROW);
  }, [at]);
  const width = first + (ends.at(-1) ?? 0);
  const part = columns.slice(seen.columns.first, seen.columns.last);
  const left = first + (ends[seen.columns.first - 1] ?? 0);
  const line = (row: number, top: number) => (
    <Row
      key={row}
      row={row}
      top={top}
      part={part}
      left={left}
      width={width}
      draw={props}
      marks={props.rowClass(row)}
    />
  );
  return (
    <div
      class="grid"
      ref={box}
      role="grid"
      tabIndex={0}
      aria-label={props.name}
      aria-rowcount={rows.length + pinned.length + 1}
      aria-colcount={columns.length + 1}
    >
      <div class="head" style={{ width: `${width}px` }}>
        <div class="titles" role="row" style={{ height: `${HEAD}px` }}>
          <div class="first" role="columnheader" style={{ width: `${first}px` }}>
            {props.corner}
          </div>
          <Cells part={part} left={left} draw={props.title} role="columnheader" />
        </div>
        <div class="pinned" style={{ height: `${pinned.length * ROW}px` }}>
          {pinned.map((row, place) => line(row, place * ROW))}
        </div>
      </div>
      <div class="body" style={{ width: `${width}px`, height: `${rows.length * ROW}px` }}>
        {rows.slice(seen.rows.first, seen.rows.last).map((row, place) =>
          line(row, (seen.rows.first + place) * ROW)
        )}
      </div>
    </div>
  );
}

interface RowProps<C extends GridColumn> {
  row: number;
  top: number;
  part: readonly C[];
  left: number;
  width: number;
  draw: GridProps<C>;
  marks: string;
}

/** A row is drawn anew only when something of it changes: scrolling draws the rows that come. */
class Row<C extends GridColumn> extends Component<RowProps<C>> {
  override shouldComponentUpdate(after: RowProps<C>): boolean {
    const before = this.props;
    return before.top !== after.top || before.marks !== after.marks ||
      before.draw.cell !== after.draw.cell || before.draw.head !== after.draw.head ||
      before.width !== after.width || before.left !== after.left ||
      before.part.length !== after.part.length ||
      before.part.some((column, i) => column !== after.part[i]);
  }

  override render() {
    const { row, top, part, left, width, draw, marks } = this.props;
    return (
      <div
        class={`row ${marks}`}
        role="row"
        style={{ transform: `translateY(${top}px)`, width: `${width}px` }}
      >
        <div class="first" role="rowheader" style={{ width: `${draw.first}px` }}>
          {draw.head(row)}
        </div>
        <Cells
          part={part}
          left={left}
          draw={(column) => draw.cell(column, row)}
          tip={(column) => draw.tip(column, row)}
          role="gridcell"
        />
      </div>
    );
  }
}

function Cells<C extends GridColumn>({ part, left, draw, tip, role }: {
  part: readonly C[];
  left: number;
  draw: (column: C) => ComponentChildren;
  tip?: (column: C) => string | undefined;
  role: "columnheader" | "gridcell";
}) {
  let at = left;
  return (
    <>
      {part.map((column) => {
        const style = { left: `${at}px`, width: `${column.width}px` };
        at += column.width;
        return (
          <div
            key={column.key}
            role={role}
            class={column.numeric ? "cell numeric" : "cell"}
            style={style}
            title={tip?.(column)}
          >
            {draw(column)}
          </div>
        );
      })}
    </>
  );
}

function endsOf(columns: readonly GridColumn[]): number[] {
  let end = 0;
  return columns.map(({ width }) => end += width);
}

/** Follows which rows and columns are seen; it changes by some at a time, so that most steps of scrolling draw nothing. */
function useSeen(
  box: { current: HTMLDivElement | null },
  count: number,
  ends: readonly number[],
  first: number,
  head: number,
): { rows: Part; columns: Part } {
  const look = () => {
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = box.current ??
      { scrollTop: 0, scrollLeft: 0, clientHeight: innerHeight, clientWidth: innerWidth };
    return {
      rows: inSteps(visibleRows(scrollTop, clientHeight - head, ROW, count), 6, count),
      columns: inSteps(visibleColumns(scrollLeft, clientWidth - first, ends), 3, ends.length),
    };
  };
  const [, change] = useState("");
  const named = () => JSON.stringify(look());
  useLayoutEffect(() => {
    const element = box.current!;
    const follow = () => change(named());
    const sizes = new ResizeObserver(follow);
    element.addEventListener("scroll", follow, { passive: true });
    sizes.observe(element);
    return () => {
      element.removeEventListener("scroll", follow);
      sizes.disconnect();
    };
  }, [count, ends, first, head]);
  return look();
}

function inSteps({ first, last }: Part, step: number, count: number): Part {
  return {
    first: Math.floor(first / step) * step,
    last: Math.min(Math.ceil(last / step) * step, count),
  };
}

function keepInView(box: HTMLElement, top: number, covered: number): void {
  if (top < box.scrollTop) box.scrollTop = top;
  const below = top + ROW + covered - box.clientHeight + 14; // a scroll bar lies over the last pixels
  if (below > box.scrollTop) box.scrollTop = below;
}
