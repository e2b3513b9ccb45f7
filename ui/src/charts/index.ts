/** Charts of a model's experiments: what the page shows of them. */

export { ChartsTab } from "./tab.tsx";
