/** How a run of an incremental transform went: on from what was there, or over all of it, and why. */

import type { Incremental } from "../data/history.ts";
import { counted } from "../format/number.ts";

/** A word, with the reason for who points at it. */
export function Mode({ of: { ran, reason } }: { of: Incremental }) {
  return (
    <span class={ran ? "tag accent" : "tag"} title={reason}>{ran ? "incremental" : "whole"}</span>
  );
}

/** The word, the reason, and what was new in each input. */
export function ModeInFull({ of: mode }: { of: Incremental }) {
  return (
    <>
      <small>
        <Mode of={mode} /> {mode.reason}
      </small>
      {mode.ran &&
        Object.entries(mode.inputs ?? {}).map(([name, { rows, since, version }]) => (
          <small key={name}>
            <code>{name}</code>: {rows === null ? "what is new" : counted(rows, "new row")}
            {since !== null && ` since version ${since}`}, up to version {version}
          </small>
        ))}
    </>
  );
}
