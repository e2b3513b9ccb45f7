/**
 * Every key that the page's address may have behind its `?`: what is looked at and how. An experiment is named by its rank, the
 * order in which its model's experiments were created, beginning with 0; several ranks are written `0-4,9`.
 */
export const KEYS = {
  branch: "the branch of the store; its default branch when not said",
  tab: "a model's tab: overview, versions, experiments, charts, media or evaluations",
  q: "what is searched for in the list, the table or the runs beside the charts",

  runs: "the experiments that are selected; the newest ten when not said",
  hide: "selected experiments that are not drawn for now",
  solo: "the one experiment that is drawn, whatever else is selected",
  pin: "experiments that stay on top of the table",
  base: "the experiment that the others are compared with",
  sort: "the column that orders the table, with - before it for descending",
  cols: "columns of the table that are shown and usually are not, or the other way round",
  run: "the experiment whose row has the keyboard",
  diff: "the version or the experiments that are compared",

  x: "the axis below: step, time, relative, or metric:NAME",
  xlog: "1 for a logarithmic axis below",
  ylog: "log or asinh for the axis at the side",
  yfix: "what a chart's axis at the side is fixed to, as SERIES:FROM~TO",
  smooth: "how much is smoothed, from 0 to 1",
  clip: "1 to leave outliers out of what the axis at the side spans",
  from: "where the part begins that is zoomed into",
  to: "where the part ends that is zoomed into",
  group: "the parameter whose equal values are drawn as one line",
  mean: "mean or median: what the line of a group is",
  band: "range, std, stderr or ci: what the band around it is",
  find: "which charts are shown, by their series' names",
  shut: "the sections of charts that are folded",
  size: "how wide a chart is, in pixels",
  wide: "the chart that fills the window",
  also: "panels beside the lines: parallel or scatter",
  px: "the scatter's axis below",
  py: "the scatter's axis at the side",
  axes: "the axes of the parallel coordinates",
  brush: "the parts of those axes that are selected",

  kind: "which media are shown: image, plot or table",
  step: "the step that media are shown at",
  look: "how media are shown: grid for images of all steps, together for tables as one",
  of: "the series whose images are looked at closely",
  see: "one or two of its images, as RANK@STEP",
  way: "how two images are compared: swipe, side or difference",
  order: "the column that orders logged tables, with - before it for descending",
  set: "the evaluation set whose evaluations are shown",
  on: "the branch on which they were made",
  evals: "evaluations that are shown side by side, by the order in which they were made",
  version: "the version of the dataset whose rows are shown",
  page: "which part of a long list is shown",
  origin: "the metric of an experiment whose origin is told",
  place: "what is selected in the lineage graph",
} as const;

/** A key of the address. */
export type Key = keyof typeof KEYS;
