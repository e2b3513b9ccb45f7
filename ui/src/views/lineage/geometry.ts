/** Where things of the lineage are on the screen: moving, zooming, fitting, the paths of arrows, what leads where. */

/** A point or a distance, in pixels. */
export interface Point {
  x: number;
  y: number;
}

/** How the drawing lies in its window: a point `p` of it is shown at `p * scale + (x, y)`. */
export interface Viewport extends Point {
  scale: number;
}

/** A size in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** An arrow, by what it leads from and to. */
export interface Edge {
  from: string;
  to: string;
}

const LEAST = 0.1, READABLE = 0.6, MOST = 2.5;

/** Zooms so that what is under a point of the window stays there. */
export function zoomAt(view: Viewport, at: Point, factor: number): Viewport {
  const scale = Math.min(MOST, Math.max(LEAST, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

/** Shows a part of the drawing whole and in the middle of a window, not magnified. */
export function fit(part: Point & Size, window: Size, margin = 24): Viewport {
  const room = (size: number) => Math.max(1, size - 2 * margin);
  const wanted = Math.min(1, room(window.width) / part.width, room(window.height) / part.height);
  const scale = Number.isFinite(wanted) ? Math.max(LEAST, wanted) : 1;
  return {
    scale,
    x: window.width / 2 - (part.x + part.width / 2) * scale,
    y: window.height / 2 - (part.y + part.height / 2) * scale,
  };
}

/** Shows a whole drawing as {@link fit} does, or its left part where the whole could not be read. */
export function begin(drawing: Size, window: Size, margin = 24): Viewport {
  const whole = fit({ x: 0, y: 0, ...drawing }, window, margin);
  if (whole.scale >= READABLE) return whole;
  const y = (window.height - drawing.height * READABLE) / 2;
  return { scale: READABLE, x: margin, y: Math.max(margin, y) };
}

/** Returns the least part of the drawing that has some places in it, with air around it. */
export function around(
  places: readonly (Point & { width: number })[],
  height: number,
): Point & Size {
  const left = Math.min(...places.map((place) => place.x));
  const right = Math.max(...places.map((place) => place.x + place.width));
  const top = Math.min(...places.map((place) => place.y)) - height / 2;
  const bottom = Math.max(...places.map((place) => place.y)) + height / 2;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Brings a point of the drawing into the middle of the window, large enough to be read. */
export function centre(view: Viewport, on: Point, window: Size): Viewport {
  const scale = Math.max(view.scale, 0.8);
  return { scale, x: window.width / 2 - on.x * scale, y: window.height / 2 - on.y * scale };
}

/** Returns the path of an arrow through its points: level where it leaves and arrives. */
export function arrowPath(points: readonly (readonly [number, number])[]): string {
  const parts = points.map(([x, y], place) => {
    if (place === 0) return `M${x},${y}`;
    const [fromX, fromY] = points[place - 1]!;
    if (y === fromY) return `L${x},${y}`;
    const bend = (fromX + x) / 2;
    return `C${bend},${fromY} ${bend},${y} ${x},${y}`;
  });
  return parts.join(" ");
}

/** Returns what a place is made from and what is made from it, near and far, with itself. */
export function related(id: string, edges: readonly Edge[]): Set<string> {
  const found = new Set([id]);
  follow(id, collect(edges, "to", "from"), found);
  follow(id, collect(edges, "from", "to"), found);
  return found;
}

/** Returns the places that one is made from directly, and those that are made from it. */
export function neighbours(
  id: string,
  edges: readonly Edge[],
): { before: string[]; after: string[] } {
  return {
    before: edges.filter((edge) => edge.to === id).map((edge) => edge.from),
    after: edges.filter((edge) => edge.from === id).map((edge) => edge.to),
  };
}

/**
 * Returns the ids of the places that are looked for.
 *
 * @param text words that the label has, in any order; `is:stale` asks for a state or a kind.
 */
export function search(
  places: readonly { id: string; label: string; state: string; kind: string }[],
  text: string,
): string[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const fits = (place: typeof places[number], word: string) =>
    word.startsWith("is:")
      ? [place.state, place.kind].includes(word.slice(3))
      : place.label.toLowerCase().includes(word);
  return places.filter((place) => words.every((word) => fits(place, word))).map(({ id }) => id);
}

function collect(
  edges: readonly Edge[],
  key: keyof Edge,
  value: keyof Edge,
): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const edge of edges) found.set(edge[key], [...found.get(edge[key]) ?? [], edge[value]]);
  return found;
}

function follow(start: string, next: Map<string, string[]>, found: Set<string>): void {
  const waiting = [start];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const other of next.get(id) ?? []) {
      if (!found.has(other)) {
        found.add(other);
        waiting.push(other);
      }
    }
  }
}
