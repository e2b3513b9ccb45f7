/** The answers of the server, as they come. Times are ISO 8601 in UTC; text that is a number was too large or is not finite. */

/** A number, or what JSON has no number for: an integer beyond 2**53, "NaN", "Infinity" or "-Infinity". */
export type Numeric = number | string;

/** The value of a parameter. */
export type ParameterValue = number | string | boolean | null;

/** How an experiment stands: RUNNING, SUCCEEDED, FAILED, SUPERSEDED, ABANDONED or UNREADABLE. */
export type Status = string;

/** What went wrong, in words for a person. */
export interface Problem {
  title: string;
  detail: string;
  hint: string;
}

/** `/data/store` */
export interface Store {
  root: string;
  branch: string;
  branches: string[];
  version: string;
  models: number;
  datasets: number;
  problems: Problem[];
}

/** `/data/models` */
export interface Models {
  models: ModelRow[];
}

/** A model in the list. */
export interface ModelRow {
  rid: string;
  path: string;
  alias: string | null;
  branch: string;
  latest_version: string | null;
  versions: number;
  experiments: number;
  running: number;
  failed: number;
  updated: string | null;
}

/** `/data/models/{rid}` */
export interface Model {
  rid: string;
  path: string;
  alias: string | null;
  branch: string;
  versions: Version[];
}

/** A type of the values that adapters take and give; what more it has depends on it. */
export interface ApiType {
  type: string;
  itemType?: ApiType;
  keyType?: ApiType;
  valueType?: ApiType;
}

/** A field of an adapter's input or output: a table with its columns, a parameter with its type, or something else. */
export interface ApiField {
  name: string;
  type?: string;
  required?: boolean;
  dataType?: ApiType;
  columns?: ApiField[];
}

/** What an adapter takes and gives. */
export interface Api {
  inputs: ApiField[];
  outputs: ApiField[];
}

/** What a version was trained on. */
export interface VersionInput {
  alias: string;
  path: string;
  kind: "dataset" | "model";
  rid: string;
  version: Numeric | null;
  seq_of_writer: number | null;
  /** Of a job that may run incrementally: how many rows it read, */
  rows_read: number | null;
  /** and since which version they came; null for all. */
  since: number | null;
}

/** Where code ran. */
export interface Environment {
  python?: string;
  platform?: string;
  git?: { commit: string; dirty: boolean } | null;
  [name: string]: unknown;
}

/** A version of a model, with all that is known of where it came from. */
export interface Version {
  version: string;
  /** The words that name it, such as "production". */
  tags: string[];
  rid: string;
  created_time: string;
  adapter: string | null;
  experiment_id: string | null;
  notes: string | null;
  transaction: string | null;
  seq: number | null;
  code_version: string | null;
  source: string | null;
  transform: string | null;
  api: Api | null;
  inputs: VersionInput[];
  requirements: string[];
  artifacts: { name: string; size?: number; sha256: string }[];
  metrics: Record<string, Numeric | null>;
  environment: Environment | null;
}

/** A line of what changed between two versions. */
export interface Change {
  name: string;
  kind: "added" | "removed" | "changed" | "same";
  left: unknown;
  right: unknown;
}

/** `/data/models/{rid}/versions/{a}/diff/{b}`: a list of changes for each of api, inputs, requirements, parameters, metrics, code. */
export type VersionDiff = Record<string, Change[]>;

/** What is known of experiments, a list a column, all of one length. */
export interface ExperimentColumns {
  id: string[];
  name: (string | null)[];
  rank: number[];
  status: Status[];
  error: (string | null)[];
  version: (string | null)[];
  created: (string | null)[];
  finished: (string | null)[];
  heartbeat: (string | null)[];
  dropped: number[];
  transform: (string | null)[];
  source: (string | null)[];
  code_version: (string | null)[];
  transaction: (string | null)[];
  values: number[];
}

/** A parameter of several experiments. */
export interface ParameterColumn {
  name: string;
  type: string;
  values: ParameterValue[];
}

/** A metric of several experiments. */
export interface MetricColumn {
  name: string;
  length: (number | null)[];
  last: (Numeric | null)[];
  min: (Numeric | null)[];
  max: (Numeric | null)[];
  first: (Numeric | null)[];
  last_step: (number | null)[];
}

/** A series of images, plots or tables of several experiments. */
export interface MediaColumn {
  kind: "image" | "plot" | "table";
  name: string;
  length: (number | null)[];
}

/** `/data/models/{rid}/experiments` */
export interface Experiments {
  count: number;
  columns: ExperimentColumns;
  parameters: ParameterColumn[];
  metrics: MetricColumn[];
  media: MediaColumn[];
}

/** A series of one experiment. */
export interface Series {
  name: string;
  kind: "metric" | "image" | "plot" | "table";
  length: number;
  first?: Numeric | null;
  last?: Numeric | null;
  min?: Numeric | null;
  max?: Numeric | null;
  first_step?: number | null;
  last_step?: number | null;
}

/** `/data/models/{rid}/experiments/{id}` */
export interface Experiment {
  id: string;
  name: string | null;
  rank: number;
  status: Status;
  error: string | null;
  version: string | null;
  created: string | null;
  finished: string | null;
  heartbeat: string | null;
  dropped: number;
  transform: string | null;
  source: string | null;
  code_version: string | null;
  transaction: string | null;
  values: number;
  seq?: number | null;
  parameters: { name: string; type: string; value: ParameterValue }[];
  environment: Environment | null;
  series: Series[];
  inputs: VersionInput[];
}

/** `/data/models/{rid}/diff?id=…`: what differs between experiments. */
export interface ExperimentDiff {
  rows: DiffRow[];
}

/** A value of each experiment, in the order in which they were asked for. */
export interface DiffRow {
  group: "parameter" | "environment" | "input" | "code";
  name: string;
  values: unknown[];
}

/** The head of a chart's answer: see `wire.ts`. */
export interface ChartHead {
  series: string;
  x: string;
  kind: "raw" | "union" | "buckets";
  width: number;
  from: number | null;
  to: number | null;
  points: number;
  shown: number;
  domain: [number, number] | null;
  runs: ChartRun[];
  columns: number;
  rows: number;
}

/** One experiment's part of a chart. */
export interface ChartRun {
  id: string;
  points: number;
  finite: number;
  /** The x of its last point; null where it has none. */
  end: number | null;
  nonfinite: { nan: number; posinf: number; neginf: number };
  marks: [number, "NaN" | "Infinity" | "-Infinity"][];
  columns: string[];
}

/** `/data/models/{rid}/media/{kind}?id=…` */
export interface Media {
  series: { name: string; entries: MediaEntry[] }[];
}

/** An image, plot or table of an experiment. */
export interface MediaEntry {
  id: string;
  /** Nothing for a table, which has no steps. */
  step: Numeric | null;
  caption: string | null;
  /** Pixels of an image. */
  width: number | null;
  height: number | null;
}

/** `/data/models/{rid}/evaluations`: newest first. */
export interface Evaluations {
  sets: string[];
  evaluations: Evaluation[];
}

/** What a version scored on one set of data. */
export interface Evaluation {
  id: string;
  /** Its place in the order of creation. */
  rank: number;
  set: string;
  name: string;
  version: string;
  version_branch: string;
  branch: string;
  transform: string;
  source: string;
  created: string;
  metrics: { subset: string | null; name: string; value: Numeric }[];
}

/** `/data/models/{rid}/tables/{id}/{name}` and `/data/datasets/{rid}/rows` */
export interface Rows {
  columns: { name: string; type: string }[];
  rows: unknown[][];
  count: number;
}

/** `event: begin` of `/data/models/{rid}/live`: the experiments that ended since the cursor, to be asked for anew. */
export interface LiveBegin {
  missed: string[];
}

/** `event: experiments` of `/data/models/{rid}/live` */
export interface LiveRow {
  id: string;
  status: Status;
  error: string | null;
  heartbeat: string | null;
  dropped: number;
  values: number;
  published: boolean;
}

/** `event: points` of `/data/models/{rid}/live` */
export interface LivePoints {
  id: string;
  series: string;
  steps: Numeric[];
  values: (Numeric | null)[];
  /** Seconds since 1970. */
  timestamps: number[];
  /** Whether what was told of the series before counts no more. */
  anew: boolean;
}
