/** Media, datasets, builds, lineage and following live: what the page shows of them. */

export { MediaTab } from "./media.tsx";
export { DatasetsView, DatasetView } from "./datasets.tsx";
export { BuildsView, BuildView } from "./builds.tsx";
export { LineageView } from "./lineage.tsx";
export { useLive } from "./live.ts";
