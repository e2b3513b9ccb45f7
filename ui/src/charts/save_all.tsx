/** All charts of the wall as files: as one drawing, or as their points. */

import { useState } from "preact/hooks";
import { useBoard } from "./board.ts";
import type { Chosen } from "./chosen.ts";
import { Menu } from "./menu.tsx";
import { save } from "./saving.ts";
import { drawn, viewOf, wantedOf } from "./series.ts";
import { svgOf, svgOfAll } from "./svg.ts";

const WIDTH = 640;
const HEIGHT = 380;
const COLUMNS = 2;

/**
 * The menu.
 *
 * @param series the charts that were found.
 */
export function SaveAll({ series, chosen }: { series: readonly string[]; chosen: Chosen }) {
  const board = useBoard();
  const [said, setSaid] = useState<string | null>(null);
  const files = series.length
    ? board.files(wantedOf(board, series[0]!, chosen, WIDTH), series)
    : null;
  const draw = async () => {
    try {
      const charts: string[] = [];
      for (const one of series) {
        setSaid(`${charts.length + 1} of ${series.length} …`);
        const chart = await board.load(
          wantedOf(board, one, chosen, WIDTH),
          new AbortController().signal,
        );
        charts.push(svgOf(viewOf(board, one, drawn(board, chart, chosen), chosen), WIDTH, HEIGHT));
      }
      save(new Blob([svgOfAll(charts, WIDTH, COLUMNS)], { type: "image/svg+xml" }), "charts.svg");
      setSaid(null);
    } catch (error) {
      setSaid(`Not saved: ${error instanceof Error ? error.message : error}`);
    }
  };
  return (
    <>
      <Menu icon="more" name="Save all charts">
        {() => (
          <>
            <button type="button" disabled={!series.length} onClick={() => void draw()}>
              Save all as SVG
            </button>
            {files && (
              <>
                <a href={files.csv} download="charts.csv">Save all points as CSV</a>
                <a href={files.parquet} download="charts.parquet">Save all points as Parquet</a>
              </>
            )}
          </>
        )}
      </Menu>
      {said && <span class="soft" role="status">{said}</span>}
    </>
  );
}
