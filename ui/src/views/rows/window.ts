/** Which of many things of one size can be seen, so that only those are drawn. */

/** A part of a list: from `first` up to and without `end`. */
export interface Part {
  first: number;
  end: number;
}

const AROUND = 6; // things that are drawn before they are seen

/**
 * Returns what can be seen.
 *
 * @param scrolled how far the list is scrolled, in pixels.
 * @param room how much of it can be seen, in pixels.
 * @param size of one thing, in pixels.
 * @param count how many there are.
 */
export function partOf(scrolled: number, room: number, size: number, count: number): Part {
  const first = Math.max(0, Math.floor(scrolled / size) - AROUND);
  const end = Math.min(count, Math.ceil((scrolled + room) / size) + AROUND);
  return { first: Math.min(first, end), end };
}
