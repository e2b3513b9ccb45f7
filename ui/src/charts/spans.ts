/** Named spans in the address: `NAME:FROM~TO`. */

import type { Span } from "./extent.ts";

/** Writes spans for the address, one text each; six digits tell them apart. */
export function spansAsText(spans: ReadonlyMap<string, Span>): string[] {
  const short = (value: number) => Number(value.toPrecision(6));
  return [...spans].map(([name, [from, to]]) => `${name}:${short(from)}~${short(to)}`);
}

/** Reads spans from the address; what is none is passed over, since anyone may type an address. */
export function spansFromText(texts: readonly string[]): Map<string, Span> {
  const spans = new Map<string, Span>();
  for (const text of texts) {
    const found = /^(.+):([^:~]+)~([^:~]+)$/.exec(text);
    if (!found) continue;
    const [from, to] = [Number(found[2]), Number(found[3])];
    if (Number.isFinite(from) && Number.isFinite(to)) {
      spans.set(found[1]!, [Math.min(from, to), Math.max(from, to)]);
    }
  }
  return spans;
}
