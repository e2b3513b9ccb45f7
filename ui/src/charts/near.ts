/** Whether an element is near the window: only what is near is made. */

import { useEffect, useState } from "preact/hooks";
import type { RefObject } from "preact";

const MARGIN = "500px 0px"; // about a screen ahead, so that a chart is there when it is reached
const followers = new WeakMap<Element, (near: boolean) => void>();
let observer: IntersectionObserver | null = null;

/** Has a component follow whether its element is near the window. */
export function useNear(element: RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    const followed = element.current!;
    observer ??= new IntersectionObserver((entries) => {
      for (const entry of entries) followers.get(entry.target)?.(entry.isIntersecting);
    }, { rootMargin: MARGIN });
    followers.set(followed, setNear);
    observer.observe(followed);
    return () => {
      observer?.unobserve(followed);
      followers.delete(followed);
    };
  }, []);
  return near;
}
