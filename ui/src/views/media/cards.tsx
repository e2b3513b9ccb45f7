/** What surrounds an image or a plot: whose it is, of which step, what is written about it. */

import type { ComponentChildren } from "preact";
import type { Numeric } from "../../data/types.ts";
import { dataUrl } from "../../data/client.ts";
import { Icon } from "../../design/icons.tsx";
import { Swatch } from "../../design/parts.tsx";
import type { Run } from "../../state/runs.ts";
import type { Medium } from "./series.ts";
import type { Shown } from "./steps.ts";

/** Returns where an image, a plot's figure or a table is. */
export function mediaUrl(
  model: string,
  kind: "images" | "plots",
  series: string,
  { id, step }: { id: string; step: Numeric },
  change: Record<string, string> = {},
): string {
  const names = [model, kind, id, series, String(step)].map(encodeURIComponent);
  return dataUrl(`/models/${names[0]}/${names.slice(1).join("/")}`, change);
}

/** A part of the view with all experiments' media of one series. */
export function SeriesSection({ name, without, children }: {
  name: string;
  without: number;
  children: ComponentChildren;
}) {
  return (
    <section class="media-series" aria-label={name}>
      <header>
        <h2>{name}</h2>
        {without > 0 && <small>{without} of the selected have none</small>}
      </header>
      {children}
    </section>
  );
}

/** Whose an image or a plot is, and of which step, but for an evaluation's, which has no steps and no status. */
export function Owner({ run, shown }: { run: Run; shown: Shown<Medium> }) {
  return (
    <figcaption class="media-owner">
      <Swatch look={run} />
      <span class="media-name" title={run.name}>{run.name}</span>
      {shown.kind === "exact" && run.status && <small>step {shown.entry.step}</small>}
      {shown.kind === "before" && (
        <small class="media-before" title="It has none at the step that is asked for">
          step {shown.entry.step}, the nearest before
        </small>
      )}
    </figcaption>
  );
}

/** A place of an experiment that begins its series later. */
export function Later({ first }: { first: Numeric }) {
  return <div class="media-later">begins at step {first}</div>;
}

/** What was written about an image or a plot. */
export function Caption({ text }: { text: string | null }) {
  return text ? <p class="media-caption" title={text}>{text}</p> : null;
}

/** A link that saves an image or a figure. */
export function Download({ url, name }: { url: string; name: string }) {
  return (
    <a
      class="icon-button"
      href={url}
      download
      title={`Download ${name}`}
      aria-label={`Download ${name}`}
    >
      <Icon name="down" />
    </a>
  );
}
