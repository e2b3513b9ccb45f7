/** What a group of runs has at one x. All functions take at least one value. */

/** The arithmetic mean; each value is divided before it is added, so that great ones do not overflow. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value / values.length, 0);
}

/** The value at a share of rising `values`, from 0 to 1, between two of them where it falls there. */
export function quantile(rising: ArrayLike<number>, share: number): number {
  const place = (rising.length - 1) * share;
  const below = Math.floor(place);
  const above = Math.min(below + 1, rising.length - 1);
  return rising[below]! * (1 - (place - below)) + rising[above]! * (place - below);
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return quantile([...values].sort((a, b) => a - b), 0.5);
}

/** The standard deviation of a sample; 0 for one value, of which there is none. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1),
  );
}

/** How many standard errors on either side hold the mean of `count` values with 95 % (Student's t). */
export function confidence95(count: number): number {
  const freedom = count - 1;
  if (freedom < 1) return 0;
  if (freedom <= EXACT.length) return EXACT[freedom - 1]!;
  const z = 1.959963984540054;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + g1 / freedom + g2 / freedom ** 2 + g3 / freedom ** 3; // after Cornish and Fisher
}

const EXACT = [12.706, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];
