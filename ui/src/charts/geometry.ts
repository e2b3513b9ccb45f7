/** Where lines and bands run, without saying what draws them. */

import { type Cells, isDrawn } from "./cells.ts";

/**
 * Divides a line where it breaks.
 *
 * @returns the positions of the points of each piece, at least one each.
 */
export function pieces(cells: Cells): number[][] {
  const found: number[][] = [];
  let piece: number[] = [];
  cells.forEach((cell, place) => {
    if (isDrawn(cell)) piece.push(place);
    else if (cell === null && piece.length) {
      found.push(piece);
      piece = [];
    }
  });
  if (piece.length) found.push(piece);
  return found;
}

/** The positions of points without a neighbour on their piece of the line: only a dot shows them. */
export function lonely(cells: Cells): number[] {
  return pieces(cells).filter((piece) => piece.length === 1).map((piece) => piece[0]!);
}

/**
 * The outlines of a band: along the upper edge, and back along the lower one.
 *
 * @param place puts a position and a value where they are drawn.
 */
export function outlines<Point>(
  low: Cells,
  high: Cells,
  place: (position: number, value: number) => Point,
): Point[][] {
  const both: Cells = low.map((cell, at) =>
    isDrawn(cell) && isDrawn(high[at]) ? cell : high[at] === null ? null : undefined
  );
  return pieces(both).filter((piece) => piece.length > 1).map((piece) => [
    ...piece.map((at) => place(at, high[at] as number)),
    ...piece.reverse().map((at) => place(at, low[at] as number)),
  ]);
}
