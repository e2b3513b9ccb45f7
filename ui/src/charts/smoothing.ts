import { type Cells, isDrawn } from "./cells.ts";

/**
 * The exponential moving average of a line, corrected for its beginning: the first value weighs as much as it would
 * had the line begun long before, instead of being drawn towards zero.
 *
 * @param values the line; what is missing stays so, and the average goes on behind it.
 * @param weight how much of the past is kept at each value, from 0 (the line itself) to less than 1.
 */
export function smoothed(values: Cells, weight: number): Cells {
  let sum = 0;
  let kept = 1;
  return values.map((value) => {
    if (!isDrawn(value)) return value;
    sum = weight * sum + (1 - weight) * value;
    kept *= weight;
    return sum / (1 - kept);
  });
}
