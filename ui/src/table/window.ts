/** Which part of a long list or a wide table is drawn: pure. */

/** Rows or columns from `first` up to and without `last`. */
export interface Part {
  first: number;
  last: number;
}

const AHEAD = 120; // pixels that are drawn before they are seen

/**
 * Returns the rows that are seen, and some before and after them.
 *
 * @param top how far it is scrolled, in pixels.
 * @param height how much of it is seen, in pixels.
 * @param row the height of a row, in pixels.
 * @param count how many rows there are.
 */
export function visibleRows(top: number, height: number, row: number, count: number): Part {
  const first = Math.max(0, Math.floor((top - AHEAD) / row));
  return {
    first: Math.min(first, count),
    last: Math.min(count, Math.ceil((top + height + AHEAD) / row)),
  };
}

/**
 * Returns the columns that are seen, and some before and after them.
 *
 * @param left how far it is scrolled, in pixels.
 * @param width how much of it is seen, in pixels.
 * @param ends where each column ends, in pixels from the left: ascending.
 */
export function visibleColumns(left: number, width: number, ends: readonly number[]): Part {
  const first = after(ends, left - AHEAD);
  return { first, last: Math.min(ends.length, after(ends, left + width + AHEAD) + 1) };
}

/** Returns the place of the first number that is greater than a limit. */
function after(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
