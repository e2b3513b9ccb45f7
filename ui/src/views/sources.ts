/** Where the project's transforms are written. */

import { dataUrl, useAnswer } from "../data/client.ts";
import type { Lineage } from "../data/history.ts";

/**
 * Has a component say where a transform is written, as the project has it now: the ledger keeps the version of its
 * code, and not its file.
 *
 * @param transform its name.
 * @returns `file:line`; null where no project declares it, and until that is known.
 */
export function useSource(transform: string): string | null {
  const lineage = useAnswer<Lineage>(dataUrl("/lineage")).value;
  return lineage?.places.find((place) => place.id === transform)?.source ?? null;
}
