/** Three experiments as the server tells of them: what the tests of the table order, search and show. */

import type { Experiments } from "../../src/data/types.ts";

/** The second failed, and logged no accuracy; the third has a NaN. */
export const EXPERIMENTS: Experiments = {
  count: 3,
  columns: {
    id: ["a1", "b2", "c3"],
    name: ["forest", "ridge", "forest wide"],
    rank: [0, 1, 2],
    status: ["SUCCEEDED", "FAILED", "SUCCEEDED"],
    error: [null, "ValueError: Input contains NaN", null],
    version: ["1.0.0", null, null],
    created: ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"],
    finished: ["2026-01-01T00:01:00Z", null, "2026-01-01T02:00:30Z"],
    heartbeat: [null, "2026-01-01T01:00:10Z", null],
    dropped: [0, 0, 7],
    transform: ["train", "train", "train"],
    source: [null, null, null],
    code_version: ["x", "x", "y"],
    transaction: [null, null, null],
    values: [100, 5, 100],
  },
  parameters: [
    { name: "lr", type: "double", values: [0.001, 0.01, 0.1] },
    { name: "optimizer", type: "string", values: ["adam", "sgd", null] },
    { name: "seed", type: "integer", values: ["9007199254740993", 2, 10] },
    { name: "augment", type: "boolean", values: [true, false, true] },
  ],
  metrics: [
    {
      name: "valid/accuracy",
      length: [10, null, 10],
      last: [0.9, null, "NaN"],
      min: [0.1, null, 0.2],
      max: [0.95, null, 0.8],
      first: [0.1, null, 0.2],
      last_step: [9, null, 9],
    },
    {
      name: "train/loss",
      length: [10, 5, 10],
      last: [0.3, "Infinity", 0.1],
      min: [0.2, 1, 0.1],
      max: [2, "Infinity", 3],
      first: [2, 1, 3],
      last_step: [9, 4, 9],
    },
  ],
  media: [],
};
