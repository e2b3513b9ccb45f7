/** Media, datasets, builds, lineage and following live: what the page shows of them. */

export { BuildsView } from "./builds/list.tsx";
export { BuildView } from "./builds/page.tsx";
export { DatasetsView } from "./datasets/list.tsx";
export { DatasetView } from "./datasets/page.tsx";
export { EvaluationsTab } from "./evaluations/tab.tsx";
export { LineageView } from "./lineage/view.tsx";
export { useLive } from "./live/follow.ts";
export { LiveMark } from "./live/mark.tsx";
export { SignOfLife } from "./live/sign.tsx";
export { MediaTab } from "./media/tab.tsx";
export { Origin } from "./origin.tsx";
export { Trail } from "./trail.tsx";
