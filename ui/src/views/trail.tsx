/** Where the value of a metric came from: the experiment, the version, the job, and all that stands behind it. */

import "./origin.css";
import type { Experiment } from "../data/types.ts";
import { Card, IconButton } from "../design/parts.tsx";
import { number } from "../format/number.ts";
import { choose, chosen, to } from "../state/address.ts";
import { Origin } from "./origin.tsx";

/**
 * Tells the origin of the metric that the address asks about; nothing where it asks about none.
 *
 * @param model the model's rid.
 * @param experiment what logged it.
 */
export function Trail({ model, experiment }: { model: string; experiment: Experiment }) {
  const asked = chosen("origin");
  const metric = experiment.series.find(({ kind, name }) => kind === "metric" && name === asked);
  if (!metric) return null;
  const { version, seq, environment, source, status } = experiment;
  return (
    <div class="origin-card">
      <Card
        title={`Where ${metric.name} came from`}
        aside={<IconButton icon="close" name="Close" onClick={() => choose({ origin: null })} />}
      >
        <ol class="trail">
          <li>
            <strong>{metric.name}</strong> is {number(metric.last)}
            {metric.last_step !== null && metric.last_step !== undefined &&
              ` at step ${metric.last_step}`}
          </li>
          <li>logged by experiment {experiment.name ?? experiment.id}</li>
          {version && (
            <li>
              published with{" "}
              <a
                href={to(
                  `/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`,
                )}
              >
                version {version}
              </a>
            </li>
          )}
          {typeof seq === "number" ? <li>committed by</li> : (
            <li class="soft">
              {status === "RUNNING" ? "not published yet: it runs" : "never published"}
              {source && (
                <>
                  , from <code>{source}</code>
                </>
              )}
            </li>
          )}
        </ol>
        {typeof seq === "number" && (
          <div class="trail-origin">
            <Origin seq={seq} git={environment?.git} source={source} />
          </div>
        )}
      </Card>
    </div>
  );
}
