/**
 * The page's state is its address: which view by the path, everything chosen in it by the query. A link to a view shows the same to
 * whoever opens it, and the browser's back button takes back one choice.
 */

import { batch, signal } from "@preact/signals";
import type { Key } from "./keys.ts";
import { type Change, changed, written } from "./query.ts";

/** The path, as in `/models/ri.models.main.model.1`. */
export const path = signal(location.pathname);

/** All choices; never changed in place. */
export const query = signal(new URLSearchParams(location.search));

/** Returns the value of a key, or nothing; who calls it in a component follows it. */
export function chosen(key: Key): string | null {
  return query.value.get(key);
}

/** Makes choices: a step that the back button takes back. */
export function choose(change: Change): void {
  move(path.peek(), changed(query.peek(), change), "push");
}

/** Makes choices that come many at once, as in typing or dragging: the back button knows none of them. */
export function adjust(change: Change): void {
  move(path.peek(), changed(query.peek(), change), "replace");
}

/**
 * Returns the address of another view on the same branch.
 *
 * @param place its path; what is in it by name is encoded already.
 * @param change what is chosen there.
 */
export function to(place: string, change: Change = {}): string {
  const branch = query.value.get("branch");
  return place + written(changed(new URLSearchParams(branch ? { branch } : {}), change));
}

/** Returns the address of this view with choices changed, for a link. */
export function here(change: Change): string {
  return path.value + written(changed(query.value, change));
}

/** Shows another view. */
export function go(address: string): void {
  const url = new URL(address, location.href);
  move(url.pathname, url.searchParams, "push");
  scrollTo(0, 0);
}

function move(place: string, choices: URLSearchParams, how: "push" | "replace"): void {
  const address = place + written(choices);
  if (address === location.pathname + location.search) return;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(history.state, "", address);
  arrive(place, choices);
}

function arrive(place: string, choices: URLSearchParams): void {
  batch(() => {
    path.value = place;
    query.value = choices;
  });
}

/** Has the browser's buttons and every plain link of the page change the view without loading the page anew. */
export function follow(): void {
  addEventListener("popstate", () => {
    arrive(location.pathname, new URLSearchParams(location.search));
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.download || link.origin !== location.origin) return;
    if (/^\/(data|api|static|frame)\b/.test(link.pathname)) return;
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.href);
  });
}
