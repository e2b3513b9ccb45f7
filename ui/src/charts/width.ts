/** How wide an element is. */

import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** Has a component follow the width of an element in CSS pixels; 0 until it is there. */
export function useWidth(element: RefObject<Element | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measured = element.current!;
    const measure = () => setWidth(Math.floor(measured.getBoundingClientRect().width));
    const follow = new ResizeObserver(measure);
    follow.observe(measured);
    measure();
    return () => follow.disconnect();
  }, []);
  return width;
}
