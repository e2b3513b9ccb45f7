/** What a check found, in a few words. */

import type { CheckResult } from "../../data/history.ts";
import { counted } from "../../format/number.ts";

/**
 * Returns what a check found.
 *
 * @param check its result.
 */
export function outcome({ passed, failing, found, rows }: CheckResult): string {
  if (passed) return "passed";
  return failing === null
    ? found
    : `failed: ${failing.toLocaleString("en")} of ${counted(rows, "row")}`;
}
