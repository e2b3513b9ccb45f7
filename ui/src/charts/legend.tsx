/** Which line is whose: its colour and dashes, and the list beside an enlarged chart. */

import type { Look as Drawn } from "../design/palette.ts";
import { useBoard } from "./board.ts";
import { number } from "../format/number.ts";
import type { Reading } from "./nearest.ts";

const MOST_GROUPS = 24;

/** Which group of runs has which colour, and how many of its runs are drawn. */
export function Groups({ parameter }: { parameter: string }) {
  const { groups, runs } = useBoard();
  const drawn = new Set(runs.map(({ id }) => id));
  const found = groups(parameter).flatMap((group) => {
    const count = group.ids.filter((id) => drawn.has(id)).length;
    return count ? [{ group, count }] : [];
  });
  return (
    <ul class="chart-groups" aria-label={`Lines by ${parameter}`}>
      {found.slice(0, MOST_GROUPS).map(({ group, count }) => (
        <li key={group.key}>
          <LineSwatch look={group} />
          {group.label} <span class="count">n={count}</span>
        </li>
      ))}
      {found.length > MOST_GROUPS && <li>and {found.length - MOST_GROUPS} more</li>}
    </ul>
  );
}

/** A piece of a line as it is drawn. */
export function LineSwatch({ look }: { look: Drawn }) {
  return (
    <svg class="line-swatch" width="18" height="8" viewBox="0 0 18 8" aria-hidden="true">
      <path
        d="M0 4h18"
        stroke={look.colour}
        stroke-width="2.4"
        stroke-dasharray={look.dash.join(" ") || undefined}
      />
    </svg>
  );
}

/**
 * All lines with their values at the crosshair, or with their last ones; pointing at one has it stand out.
 *
 * @param title where the values are from.
 */
export function Legend({ title, readings, strong, onPoint }: {
  title: string;
  readings: readonly Reading[];
  strong: string | null;
  onPoint: (key: string | null) => void;
}) {
  return (
    <aside class="chart-legend" aria-label="Lines">
      <h3>{title}</h3>
      <ol onPointerLeave={() => onPoint(null)}>
        {readings.map(({ line, value, count }) => (
          <li
            key={line.key}
            class={line.key === strong ? "nearest" : undefined}
            onPointerEnter={() => onPoint(line.key)}
          >
            <LineSwatch look={line} />
            <span class="label" title={line.label}>{line.label}</span>
            {count !== null && <span class="count">n={count}</span>}
            <span class="value">{number(value)}</span>
          </li>
        ))}
      </ol>
    </aside>
  );
}
