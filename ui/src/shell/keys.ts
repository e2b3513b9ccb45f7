/** Keys of the keyboard, and what they do now. */

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

/** What a key does, in words, and doing it. */
export type Binding = readonly [string, (event: KeyboardEvent) => void];
type Bindings = Readonly<Record<string, Binding>>;

const bound = signal<readonly { current: Bindings }[]>([]);

/**
 * Binds keys while a component is there; the component that came last goes first.
 *
 * @param bindings by the key's name, as in `ArrowDown`, `/` or `Shift+ArrowDown`.
 */
export function useKeys(bindings: Bindings): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  useLayoutEffect(() => { // with what is drawn: whoever sees it may press a key
    bound.value = [latest, ...bound.peek()];
    return () => {
      bound.value = bound.peek().filter((one) => one !== latest);
    };
  }, []);
}

/** Returns what each key does now, in words. */
export function listed(): [string, string][] {
  const words = new Map<string, string>();
  for (const { current } of bound.value) {
    for (const [key, [name]] of Object.entries(current)) {
      if (!words.has(key)) words.set(key, name);
    }
  }
  return [...words];
}

const PRESSING = new Set(["Enter", " "]);

/** Has the page listen. Keys that are typed into a field are text, and Enter and Space press the button or link that has them. */
export function followKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (
      event.target instanceof Element && event.target.closest("input, textarea, select, dialog")
    ) return;
    if (
      PRESSING.has(event.key) && event.target instanceof Element &&
      event.target.closest("button, a, summary")
    ) return;
    const shifted = event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
    press(shifted, event);
  });
}

/** Does what a key does now, if it does anything. */
export function press(key: string, event: KeyboardEvent): void {
  const found = bound.peek().find(({ current }) => key in current);
  if (!found) return;
  event.preventDefault();
  found.current[key]![1](event);
}
