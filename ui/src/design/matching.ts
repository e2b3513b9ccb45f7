/** Searching in words: pure. */

/**
 * Returns whether each word that is searched for is in one of the texts, whatever its case.
 *
 * @param wanted words, by spaces; none are in everything.
 * @param texts what is searched in.
 */
export function matches(wanted: string, texts: readonly (string | null)[]): boolean {
  const where = texts.join("\n").toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((word) => where.includes(word));
}
