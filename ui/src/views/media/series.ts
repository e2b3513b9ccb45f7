/** What the media of a model's experiments are, as views of them need it. */

import type { Media, MediaEntry, Numeric } from "../../data/types.ts";
import type { Run } from "../../state/runs.ts";
import { byExperiment, stepsOf } from "./steps.ts";

/** An image or a plot at its step; a table counts as one at step 0. */
export interface Medium extends MediaEntry {
  step: Numeric;
}

/** A series with what each of the experiments that are looked at has of it. */
export interface MediaSeries {
  name: string;
  /** In the order of the experiments; those without any are left out. */
  owners: { run: Run; entries: Medium[] }[];
  /** How many of the experiments that are looked at have none. */
  without: number;
}

/**
 * Returns the series that are looked at, with their experiments.
 *
 * @param media the server's answer, which may be of more experiments than are looked at.
 * @param runs those that are.
 * @param words what the series' names must have in them.
 */
export function seriesOf(media: Media, runs: readonly Run[], words: string): MediaSeries[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return media.series
    .filter(({ name }) => wanted.every((word) => name.toLowerCase().includes(word)))
    .map(({ name, entries }) => {
      const grouped = byExperiment(entries.map((entry) => ({ ...entry, step: entry.step ?? 0 })));
      const owners = runs.flatMap((run) => {
        const own = grouped.get(run.id);
        return own ? [{ run, entries: own }] : [];
      });
      return { name, owners, without: runs.length - owners.length };
    })
    .filter(({ owners }) => owners.length > 0);
}

/** Returns every step at which any of the series has something. */
export function allSteps(series: readonly MediaSeries[]): Numeric[] {
  return stepsOf(series.flatMap(({ owners }) => owners.flatMap(({ entries }) => entries)));
}
