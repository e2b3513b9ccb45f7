/** The wall of charts: one for each series, in sections that can be folded. */

import type { ComponentChildren } from "preact";
import { Icon } from "../design/icons.tsx";
import { useBoard } from "./board.ts";
import { ChartPlace } from "./card.tsx";
import { type Chosen, chosenOf } from "./chosen.ts";
import { Controls } from "./controls.tsx";
import { Enlarged } from "./enlarged.tsx";
import { Groups } from "./legend.tsx";
import { type Section, sectionsOf } from "./sections.ts";

/**
 * The controls and the charts.
 *
 * @param buttons what else can be opened.
 * @param panels what is open, above the charts.
 */
export function Wall(
  { buttons, panels }: { buttons?: ComponentChildren; panels?: ComponentChildren },
) {
  const { choosing, series, runs } = useBoard();
  const chosen = chosenOf(choosing.query.value);
  const sections = sectionsOf(series, chosen.find);
  return (
    <div class="chart-wall">
      <Controls chosen={chosen} sections={sections}>{buttons}</Controls>
      {chosen.group !== null && <Groups parameter={chosen.group} />}
      {panels}
      {sections.map((section) => <Charts key={section.name} section={section} chosen={chosen} />)}
      {!sections.length && (
        <p class="chart-none">
          {series.length
            ? `No series has “${chosen.find}” in its name.`
            : runs.length
            ? "The selected runs have no metrics."
            : "No run is selected."}
        </p>
      )}
      {chosen.wide !== null && series.includes(chosen.wide) && (
        <Enlarged
          series={chosen.wide}
          all={sections.flatMap((section) => section.series)}
          chosen={chosen}
        />
      )}
    </div>
  );
}

function Charts({ section, chosen }: { section: Section; chosen: Chosen }) {
  const { choosing } = useBoard();
  const name = section.name || "·";
  const open = !chosen.shut.has(name);
  const fold = () => {
    const shut = new Set(chosen.shut);
    if (!shut.delete(name)) shut.add(name);
    choosing.choose({ shut: [...shut] });
  };
  return (
    <section class="chart-section">
      <h2>
        <button type="button" class="quiet" aria-expanded={open} onClick={fold}>
          <Icon name="chevron" />
          {section.name || "metrics"}
          <span class="count">{section.series.length}</span>
        </button>
      </h2>
      {open && (
        <div
          class="chart-grid"
          style={{
            gridTemplateColumns: `repeat(auto-fill, minmax(min(100%, ${chosen.size}px), 1fr))`,
          }}
        >
          {section.series.map((one) => <ChartPlace key={one} series={one} chosen={chosen} />)}
        </div>
      )}
    </section>
  );
}
