/** What the page and the plots' frame tell each other. Each side reads what comes as if a stranger had sent it. */

/** Where a plot lies in the frame, in pixels. */
export interface Place {
  key: string;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** From the page: where which plots are, and in which colours; a figure to draw in one of the places. */
export type Order =
  | { kind: "places"; dark: boolean; places: Place[] }
  | { kind: "figure"; key: string; json: string };

/** From the frame: that it listens, that a figure stands, or why not. */
export type Answer =
  | { kind: "ready" }
  | { kind: "drawn"; key: string; lacks: string[] }
  | { kind: "failed"; key: string; why: string };

const LONGEST = 500; // letters of a text that the frame may have the page show

/** Reads what came from the page; null for what is none of it. */
export function readOrder(data: unknown): Order | null {
  if (!isRecord(data)) return null;
  if (data.kind === "figure" && typeof data.key === "string" && typeof data.json === "string") {
    return { kind: "figure", key: data.key, json: data.json };
  }
  if (data.kind === "places" && Array.isArray(data.places) && data.places.every(isPlace)) {
    return { kind: "places", dark: data.dark === true, places: data.places };
  }
  return null;
}

/** Reads what came from the frame, in which a figure may have taken over; null for what is none of it. */
export function readAnswer(data: unknown): Answer | null {
  if (!isRecord(data)) return null;
  if (data.kind === "ready") return { kind: "ready" };
  if (typeof data.key !== "string") return null;
  if (data.kind === "failed" && typeof data.why === "string") {
    return { kind: "failed", key: data.key, why: data.why.slice(0, LONGEST) };
  }
  if (data.kind === "drawn" && Array.isArray(data.lacks)) {
    const lacks = data.lacks.filter((name) => typeof name === "string").slice(0, 5).map((name) =>
      name.slice(0, 50)
    );
    return { kind: "drawn", key: data.key, lacks };
  }
  return null;
}

function isPlace(value: unknown): value is Place {
  return isRecord(value) && typeof value.key === "string" &&
    [value.left, value.top, value.width, value.height].every((length) => Number.isFinite(length));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
