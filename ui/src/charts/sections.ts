/** A part of the wall: the charts whose names share what stands before the first `/`. */
export interface Section {
  /** What stands before the first `/`; empty for names without one. */
  name: string;
  series: string[];
}

/**
 * Divide names of series into sections by what stands before the first `/`, in the order of the alphabet; those without
 * a `/` come first.
 *
 * @param names the names of the series.
 * @param search words; only names that have all of them are kept, whatever their case.
 */
export function sectionsOf(names: readonly string[], search = ""): Section[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const sections = new Map<string, string[]>();
  for (const name of names) {
    const lower = name.toLowerCase();
    if (!words.every((word) => lower.includes(word))) continue;
    const slash = name.indexOf("/");
    const section = slash > 0 ? name.slice(0, slash) : "";
    const found = sections.get(section);
    if (found) found.push(name);
    else sections.set(section, [name]);
  }
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  return [...sections]
    .map(([name, series]) => ({ name, series: series.sort(compare) }))
    .sort((a, b) => compare(a.name, b.name));
}
