/**
 * The colours of experiments. One keeps its colour for its life, as that comes from its rank in its model's order of creation: the
 * colours in turn. Those of one colour that are drawn together differ in their dashes. The colours stay apart for people who see red
 * and green alike, and from the page's ground.
 */

/** How a run is drawn. */
export interface Look {
  colour: string;
  /** Lengths of strokes and gaps in pixels; empty for a line without gaps. */
  dash: readonly number[];
}

/** On white and on near black; at each place the same hue. */
export const COLOURS = {
  light: ["#2493f1", "#d08009", "#6c51d3", "#679e86", "#950000", "#367697", "#6d336a", "#8f634e"],
  dark: ["#1c72e4", "#b9ad00", "#969efa", "#9cf36b", "#ea809d", "#9de1f8", "#bd3c96", "#ab6237"],
} as const;

const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [14, 5]];

/**
 * Returns how a run is drawn by itself.
 *
 * @param rank its place in its model's order of creation, beginning with 0.
 * @param dark whether the page is dark.
 */
export function lookOf(rank: number, dark: boolean): Look {
  const colours = dark ? COLOURS.dark : COLOURS.light;
  return { colour: colours[rank % colours.length]!, dash: DASHES[0]! };
}

/** Returns what is drawn together, the first of each colour without gaps and those after it dashed. */
export function toldApart<T extends Look>(looks: readonly T[]): T[] {
  const before = new Map<string, number>();
  return looks.map((look) => {
    const count = before.get(look.colour) ?? 0;
    before.set(look.colour, count + 1);
    return { ...look, dash: DASHES[count % DASHES.length]! };
  });
}
