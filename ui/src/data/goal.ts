/** Whether less or more of a metric is better: one rule for the table, its differences, and the scatter's front. */

/** Whether less or more of a metric is better. */
export type Goal = "least" | "greatest";

const LESS_IS_BETTER =
  /(?:^|[^a-z])(?:\w*loss|error|err|rmse|mse|mae|mape|perplexity|ppl|nll|wer|cer|fid|cost|divergence|distance|time|seconds|latency|ms)(?:$|[^a-z])/i;

/** Returns whether less or more of a metric is better, as its name has it: less of losses, errors and times. */
export function goalOf(metric: string): Goal {
  return LESS_IS_BETTER.test(metric.replace(/([a-z])([A-Z])/g, "$1_$2").replaceAll("_", " "))
    ? "least"
    : "greatest";
}
