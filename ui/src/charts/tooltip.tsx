/** What all lines have at the crosshair, beside the pointer. */

import { number } from "../format/number.ts";
import type { Axis } from "./axis.ts";
import { LineSwatch } from "./legend.tsx";
import type { Reading } from "./nearest.ts";

const ROWS = 18; // in a column
const MOST = 3 * ROWS;
const ROW = 18; // pixels
const COLUMN = 280; // pixels

/** Shows readings sorted by value, the one nearest to the pointer in bold. */
export function Tooltip({ x, axis, readings, nearest, left, top }: {
  x: number;
  axis: Axis;
  readings: readonly Reading[];
  nearest: Reading | null;
  /** The pointer, in CSS pixels of the window. */
  left: number;
  top: number;
}) {
  const { first, shown } = windowed(readings, nearest);
  const columns = Math.ceil(shown.length / ROWS);
  const [width, height] = [columns * COLUMN, Math.min(shown.length, ROWS) * ROW + 40];
  const below = readings.length - first - shown.length;
  const style = {
    left: `${left + 18 + width < innerWidth ? left + 18 : Math.max(4, left - 18 - width)}px`,
    top: `${Math.max(4, Math.min(top + 14, innerHeight - height - 8))}px`,
    maxWidth: `${width}px`,
  };
  return (
    <div class="chart-tooltip" role="status" style={style}>
      <header>
        {axis.title} <b>{axis.exact(nearest?.x ?? x)}</b>
      </header>
      {first > 0 && <p class="more">{first} above</p>}
      <ol style={{ columnCount: columns }}>
        {shown.map((reading) => (
          <li key={reading.line.key} class={reading === nearest ? "nearest" : undefined}>
            <LineSwatch look={reading.line} />
            <span class="label">{reading.line.label}</span>
            {reading.count !== null && <span class="count">n={reading.count}</span>}
            {reading.raw !== null && <span class="count">{number(reading.raw)}</span>}
            <span class="value">{number(reading.value)}</span>
          </li>
        ))}
      </ol>
      {below > 0 && <p class="more">{below} below</p>}
    </div>
  );
}

/** The readings that fit, around the nearest one. */
function windowed(readings: readonly Reading[], nearest: Reading | null) {
  const place = nearest ? readings.indexOf(nearest) : 0;
  const first = Math.max(0, Math.min(place - MOST / 2, readings.length - MOST));
  return { first, shown: readings.slice(first, first + MOST) };
}
