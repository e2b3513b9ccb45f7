/** Following running experiments. */

import { useEffect } from "preact/hooks";
import { patchExperiments } from "../data/client.ts";

/**
 * Has a model's page follow its running experiments.
 *
 * @param model its rid.
 */
export function useLive(model: string): void {
  useEffect(() => patchExperiments(model, []), [model]);
}
