/** What can be done with a chart: saved as a picture or as its points, repeated as a query, read as a table. */

import { useState } from "preact/hooks";
import { useBoard, type Wanted } from "./board.ts";
import { Menu } from "./menu.tsx";
import type { Plot } from "./plot.ts";
import { fileName, save, savePicture } from "./saving.ts";
import { svgOf } from "./svg.ts";
import type { View } from "./view.ts";

/** The menu of a chart. */
export function ChartMenu({ view, wanted, plot, asTable, onTable }: {
  view: View | null;
  wanted: Wanted;
  plot: { current: Plot | null };
  asTable: boolean;
  onTable: () => void;
}) {
  const files = useBoard().files(wanted);
  const picture = () => {
    const canvas = plot.current?.canvas;
    if (!view || !canvas) return;
    const styles = getComputedStyle(canvas);
    const ground = styles.getPropertyValue("--surface").trim() || "#ffffff";
    void savePicture(canvas, view.title, view.picture.lines, ground, styles.color);
  };
  const drawing = () => {
    if (!view) return;
    const content = svgOf(view, Math.max(wanted.width, 640), 400);
    save(new Blob([content], { type: "image/svg+xml" }), fileName(view.title, "svg"));
  };
  return (
    <Menu icon="more" name="Save, copy, read as a table">
      {() => (
        <>
          <button type="button" disabled={!view} onClick={onTable}>
            {asTable ? "Show as lines" : "Show as a table"}
          </button>
          <hr />
          <button type="button" disabled={!view || asTable} onClick={picture}>Save as PNG</button>
          <button type="button" disabled={!view} onClick={drawing}>Save as SVG</button>
          {files && (
            <>
              <a href={files.csv} download={fileName(wanted.series, "csv")}>Save points as CSV</a>
              <a href={files.parquet} download={fileName(wanted.series, "parquet")}>
                Save points as Parquet
              </a>
              <hr />
              <CopyQuery
                name="Copy the DuckDB query"
                text={async () => (await files.query()).duckdb}
              />
              <CopyQuery
                name="Copy the Polars query"
                text={async () => (await files.query()).polars}
              />
            </>
          )}
        </>
      )}
    </Menu>
  );
}

function CopyQuery({ name, text }: { name: string; text: () => Promise<string> }) {
  const [said, setSaid] = useState(name);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(await text());
      setSaid("Copied");
    } catch (error) {
      setSaid(`Not copied: ${error instanceof Error ? error.message : error}`);
    }
  };
  return <button type="button" data-stays onClick={() => void copy()}>{said}</button>;
}
