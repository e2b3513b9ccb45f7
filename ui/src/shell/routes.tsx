/** Which view an address shows. */

import type { VNode } from "preact";
import { Empty } from "../design/answered.tsx";
import { ModelPage } from "../models/page.tsx";
import { ModelsView } from "../models/list.tsx";
import { VersionView } from "../models/version.tsx";
import { path, to } from "../state/address.ts";
import { ExperimentView } from "../table/experiment.tsx";
import { BuildsView, BuildView, DatasetsView, DatasetView, LineageView } from "../views/index.ts";

type Draw = (...names: string[]) => VNode;

const ROUTES: readonly (readonly [RegExp, Draw])[] = [
  [/^\/(?:models)?$/, () => <ModelsView />],
  [/^\/models\/([^/]+)$/, (model) => <ModelPage key={model} model={model!} />],
  [
    /^\/models\/([^/]+)\/versions\/([^/]+)$/,
    (model, version) => <VersionView model={model!} version={version!} />,
  ],
  [
    /^\/models\/([^/]+)\/experiments\/([^/]+)$/,
    (model, id) => <ExperimentView key={id} model={model!} id={id!} />,
  ],
  [/^\/datasets$/, () => <DatasetsView />],
  [/^\/datasets\/([^/]+)$/, (rid) => <DatasetView key={rid} rid={rid!} />],
  [/^\/builds$/, () => <BuildsView />],
  [/^\/builds\/(\d+)$/, (seq) => <BuildView key={seq} seq={Number(seq)} />],
  [/^\/lineage$/, () => <LineageView />],
];

/** Returns what an address shows, or says that it shows nothing. */
export function View() {
  const place = path.value.replace(/(.)\/$/, "$1");
  for (const [pattern, draw] of ROUTES) {
    const found = pattern.exec(place);
    if (found) return draw(...found.slice(1).map(readable));
  }
  return (
    <Empty title="There is nothing at this address">
      <p>
        <code>{place}</code> is no page. The <a href={to("/")}>list of models</a>{" "}
        is where everything begins.
      </p>
    </Empty>
  );
}

function readable(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return part;
  }
}
