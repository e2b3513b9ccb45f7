/** What a cell of the table shows, by the kind of its column. */

import { Ago, StatusMark } from "../design/parts.tsx";
import type { Experiments, Numeric } from "../data/types.ts";
import { counted, difference, number, short } from "../format/number.ts";
import { span } from "../format/time.ts";
import { text } from "../format/value.ts";
import type { Column } from "./columns.ts";

/**
 * The value of an experiment in a column.
 *
 * @param base the place of the baseline, whose value is the one that others differ from.
 */
export function Value({ column: { kind, group, values, goal }, place, base }: {
  column: Column;
  place: number;
  base: number | null;
}) {
  const value = values[place];
  if (value === null || value === undefined || value === "") return <span class="none">–</span>;
  if (kind === "time") return <Ago time={String(value)} />;
  if (kind === "span") return <>{span(Number(value))}</>;
  if (kind === "text") {
    const differs = base !== null && base !== place && values[base] !== value;
    return differs ? <span class="differs">{text(value)}</span> : <>{text(value)}</>;
  }
  return (
    <>
      {base !== null && base !== place && group !== "facts" && (
        <Gap
          value={value as Numeric}
          base={values[base] as Numeric | null}
          better={goal === "least" ? -1 : goal ? 1 : 0}
        />
      )}
      {number(value as Numeric)}
    </>
  );
}

/** How an experiment stands: its state, its error when pointed at, and how many values could not be kept. */
export function Standing(
  { experiments: { columns }, place }: { experiments: Experiments; place: number },
) {
  const dropped = columns.dropped[place]!;
  return (
    <span title={columns.error[place] ?? undefined}>
      <StatusMark status={columns.status[place]!} />
      {dropped > 0 && (
        <span class="tag warm lost" title={`${counted(dropped, "value")} could not be kept`}>
          −{short(dropped)}
        </span>
      )}
    </span>
  );
}

/** How a number differs from the baseline's: green when it is better, red when it is worse. */
export function Gap(
  { value, base, better }: { value: Numeric; base: Numeric | null; better: -1 | 0 | 1 },
) {
  const shown = difference(value, base);
  if (!shown) return null;
  const sign = Math.sign(Number(value) - Number(base)) * better;
  return <span class={`gap ${sign > 0 ? "better" : sign < 0 ? "worse" : ""}`}>{shown}</span>;
}
