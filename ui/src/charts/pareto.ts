/** Which of many experiments no other beats in both of two things. */

/** Which end of an axis is the better one. */
export type Better = "low" | "high";

/** The values of an experiment; null where it lacks one. */
export type Pair = readonly [number | null, number | null];

/**
 * Returns the positions of the pairs that no other is at least as good as in both and better in one.
 *
 * @param pairs those with a null are left out.
 * @returns in the order of the first value.
 */
export function paretoFront(pairs: readonly Pair[], better: readonly [Better, Better]): number[] {
  const sign = better.map((end) => end === "low" ? 1 : -1);
  const cost = (place: number, axis: 0 | 1) => sign[axis]! * pairs[place]![axis]!;
  const places = [...pairs.keys()].filter((place) =>
    pairs[place]!.every((value) => value !== null)
  );
  places.sort((a, b) => cost(a, 0) - cost(b, 0) || cost(a, 1) - cost(b, 1));
  const front: number[] = [];
  for (const place of places) {
    const last = front.at(-1);
    const equal = last !== undefined && cost(last, 0) === cost(place, 0) &&
      cost(last, 1) === cost(place, 1);
    if (last === undefined || equal || cost(place, 1) < cost(last, 1)) front.push(place);
  }
  return front.sort((a, b) => pairs[a]![0]! - pairs[b]![0]!);
}
