/** What a model is now: its latest version, and where that came from. */

import type { Model } from "../data/types.ts";
import { Empty } from "../design/answered.tsx";
import { Command } from "../design/parts.tsx";
import { here } from "../state/address.ts";
import { VersionCards } from "./version.tsx";

/** The latest version of a model; or how it gets its first. */
export function Overview({ model }: { model: Model }) {
  const [latest] = model.versions;
  if (latest) return <VersionCards model={model} version={latest} />;
  return (
    <Empty title="No version of this model was published yet">
      <p>
        Experiments are kept also without a version: see{" "}
        <a href={here({ tab: "experiments" })}>its experiments</a>. A job publishes a version with
        {" "}
        <code>model.publish(adapter)</code>; then build:
      </p>
      <Command>transforms build</Command>
    </Empty>
  );
}
