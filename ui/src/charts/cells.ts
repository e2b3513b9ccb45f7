/**
 * Values of a line over the chart's x.
 *
 * `undefined`: the run has no point at this x, the line goes on; `null`: it has one that cannot be drawn, the line
 * breaks there and a mark tells why.
 */
export type Cell = number | null | undefined;
export type Cells = Cell[];

/** Whether a cell holds a number that can be drawn. */
export function isDrawn(cell: Cell): cell is number {
  return cell !== null && cell !== undefined;
}

/** The first position in rising `values` whose value is not less than `wanted`; their length when all are less. */
export function lowerBound(values: ArrayLike<number>, wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
