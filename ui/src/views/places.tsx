/** Datasets and models as links to what is known of them. */

import "./places.css";
import type { Place } from "../data/history.ts";
import { to } from "../state/address.ts";

/** Returns the address of a dataset or a model, at a version where one is said. */
export function placeAddress({ kind, rid, version }: Place): string {
  if (kind === "evaluation") {
    return to(`/models/${encodeURIComponent(rid)}`, { tab: "evaluations" });
  }
  const base = `/${kind}s/${encodeURIComponent(rid)}`;
  if (version === null) return to(base);
  return kind === "model"
    ? to(`${base}/versions/${version}`)
    : to(base, { version: String(version) });
}

/** Shows where a place is, with its version; with the first and the last of several that one job published. */
export function PlaceLink({ place }: { place: Place & { versions?: string[] } }) {
  const first = place.versions?.[0] ?? null;
  return (
    <a class={`place is-${place.kind}`} href={placeAddress(place)} title={place.path}>
      <span class="place-path">{place.path}</span>
      {place.version !== null && (
        <span class="place-version">
          v{first !== null && first !== place.version && `${first} – `}
          {place.version}
        </span>
      )}
    </a>
  );
}

/** Whether a job went on from its last run; nothing of one that never does. */
export function RunTag({ job }: { job: { incremental: boolean | null; run: string } }) {
  return job.incremental === null
    ? null
    : (
      <span class={job.incremental ? "tag accent" : "tag"} title={job.run}>
        {job.incremental ? "incremental" : "whole"}
      </span>
    );
}
