/** Fingers on a chart: one moves the crosshair, which stays to be read, two zoom, two taps show everything again. */

/** What fingers do. Places are in CSS pixels within the element. */
export interface Touched {
  point(left: number, top: number): void;
  leave(): void;
  zoom(left: number, right: number): void;
  reset(): void;
}

const TWICE = 300; // milliseconds in which two taps are one gesture

/**
 * Has an element follow fingers; moving up and down still scrolls the page.
 *
 * @returns what ends it.
 */
export function followTouch(element: HTMLElement, touched: Touched): () => void {
  const fingers = new Map<number, { began: number; left: number }>();
  let lastTap = -Infinity;
  element.style.touchAction = "pan-y";

  const at = (event: PointerEvent) => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top] as const;
  };
  const down = (event: PointerEvent) => {
    if (event.pointerType !== "touch") return;
    const [left, top] = at(event);
    fingers.set(event.pointerId, { began: left, left });
    if (fingers.size > 1) return;
    if (event.timeStamp - lastTap < TWICE) touched.reset();
    lastTap = event.timeStamp;
    touched.point(left, top);
  };
  const move = (event: PointerEvent) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const [left, top] = at(event);
    finger.left = left;
    if (fingers.size === 1) touched.point(left, top);
  };
  const up = (event: PointerEvent) => {
    if (!fingers.has(event.pointerId)) return;
    const [one, two] = [...fingers.values()];
    fingers.clear();
    const part = one && two && event.type === "pointerup" && pinched(one, two, element.clientWidth);
    if (part) touched.zoom(...part);
    else if (event.type === "pointercancel") touched.leave(); // it scrolls the page
  };

  // A browser makes up a mouse for who listens to no fingers; it comes, and leaves, when a finger has rested for a while.
  const alone = (event: Event) => event.cancelable && event.preventDefault();

  const ends = [["pointerdown", down], ["pointermove", move], ["pointerup", up], [
    "pointercancel",
    up,
  ]] as const;
  for (const [name, follow] of ends) element.addEventListener(name, follow);
  element.addEventListener("touchend", alone);
  return () => {
    ends.forEach(([name, follow]) => element.removeEventListener(name, follow));
    element.removeEventListener("touchend", alone);
  };
}

/**
 * Returns the part of what was seen that two fingers leave in view: what was below each of them at first is below it in
 * the end.
 *
 * @param width how wide the whole is.
 * @returns its left and right end, which lie outside of the whole where the fingers came closer; null when they did
 *   nothing that means a part.
 */
export function pinched(
  one: { began: number; left: number },
  two: { began: number; left: number },
  width: number,
): [number, number] | null {
  const stretched = (two.left - one.left) / (two.began - one.began);
  if (!(stretched > 0) || !Number.isFinite(stretched) || Math.abs(stretched - 1) < 0.1) return null;
  const left = one.began - one.left / stretched;
  return [left, left + width / stretched];
}
