/** Where models are: the addresses of their pages, and their paths as they are shown. */

import { to } from "../state/address.ts";

/** Returns the place of a model's page. */
export function modelPlace(rid: string): string {
  return `/models/${encodeURIComponent(rid)}`;
}

/** Returns the address of a version's page. */
export function versionPlace(rid: string, version: string): string {
  return to(`${modelPlace(rid)}/versions/${encodeURIComponent(version)}`);
}

/** Returns the address of an experiment's page. */
export function experimentPlace(rid: string, id: string): string {
  return to(`${modelPlace(rid)}/experiments/${encodeURIComponent(id)}`);
}

/** A path, whose folders stand behind its last two names. */
export function Path({ path }: { path: string }) {
  const names = path.split("/");
  const from = Math.max(names.length - 2, 0);
  const folders = names.slice(0, from).map((name) => `${name}/`).join("");
  return (
    <span class="path">
      {folders && <span class="folders">{folders}</span>}
      {names.slice(from).join("/")}
    </span>
  );
}
