/** The server's answers of datasets, builds and the lineage, as they come; see `types.ts` for what they share with others. */

import type { Numeric, ParameterValue } from "./types.ts";

/** `/data/datasets` */
export interface Datasets {
  datasets: DatasetRow[];
}

/** A dataset in the list. */
export interface DatasetRow {
  rid: string;
  path: string;
  rows: number | null;
  files: number | null;
  bytes: number | null;
  version: number | null;
  holds: "rows" | "files" | null;
  updated: string;
  transform: string;
  seq: number;
  problem: string | null;
}

/** `/data/datasets/{rid}` */
export interface Dataset extends DatasetRow {
  schema: { name: string; type: string; nullable: boolean; description: string | null }[];
  versions: DatasetVersion[];
  checks: CheckResult[];
  built_by: string;
  inputs: BuildInput[];
  readers: string[];
}

/** What a check found in a dataset. */
export interface CheckResult {
  check: string;
  /** The dataset. */
  path: string;
  rid: string;
  on_error: "FAIL" | "WARN";
  expectation: string;
  passed: boolean;
  /** How many rows are against it; null where it is about all of them together. */
  failing: number | null;
  rows: number;
  seconds: number;
  /** What there is in place of what was expected, where it is about all rows together. */
  found: string;
  transform: string;
  seq: number;
}

/** A version of a dataset's table. */
export interface DatasetVersion {
  version: number;
  seq: number | null;
  time: string | null;
  operation: string;
  transform: string | null;
  mode: string | null;
  rows: number | null;
  transaction: string | null;
  /** Whether the job went on from its last run; null of one that never does. */
  incremental: boolean | null;
  /** The same in words, and why. */
  run: string;
}

/** A dataset or a model, at a version where one is known; or what was evaluated, with the model's rid. */
export interface Place {
  path: string;
  rid: string;
  kind: "dataset" | "model" | "evaluation";
  version: Numeric | null;
}

/** What a build read. */
export interface BuildInput extends Place {
  branch: string;
  seq_of_writer: number | null;
  /** Of a job that may run incrementally: how many rows it read, */
  rows_read: number | null;
  /** and since which version they came; null for all. */
  since: number | null;
}

/** What a build wrote. */
export interface BuildOutput extends Place {
  /** Those of a model that were published, in their order. */
  versions: string[];
  rows: number | null;
  files: number | null;
  /** Their names. */
  experiments: string[];
}

/** `/data/builds` */
export interface Builds {
  entries: Build[];
}

/** An entry of the ledger. */
export interface Build {
  seq: number;
  time: string;
  transform: string;
  branch: string;
  user: string;
  status: string;
  published: boolean;
  transaction: string;
  outputs: BuildOutput[];
  inputs: BuildInput[];
  parameters: Record<string, ParameterValue>;
  /** Null of a commit that decided about versions that were there. */
  code_version: string | null;
  seconds: number;
  /** Whether the job went on from its last run; null of one that never does. */
  incremental: boolean | null;
  /** The same in words, and why; empty for one that always begins anew. */
  run: string;
  /** How many checks found what should not be, and only warned. */
  failed_checks: number;
  /** What all of its checks found; a list of builds has none. */
  checks?: CheckResult[];
}

/** `/data/lineage` */
export interface Lineage {
  places: LineagePlace[];
  routes: { from: string; to: string; points: [number, number][] }[];
  width: number;
  height: number;
  /** Why it is not the graph that the project declares, or not all of it. */
  problems: string[];
}

/** A dataset, model or transform in the graph. */
export interface LineagePlace {
  id: string;
  kind: "dataset" | "model" | "evaluation" | "transform";
  rid: string | null;
  label: string;
  /** Its left edge and its width, in pixels. */
  x: number;
  width: number;
  /** Its middle, in pixels from the top. */
  y: number;
  state: "fresh" | "stale" | "never" | "failed" | "unknown";
  reason: string | null;
  source: string | null;
  /** The version of a transform's logic now, where the project is there. */
  code_version: string | null;
  seq: number | null;
}
