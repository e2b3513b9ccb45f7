/** A button with a panel below it, which closes when something else is touched. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "../design/icons.tsx";

/** A menu; its children are made when it is opened. Choosing one closes it, unless that has `data-stays`. */
export function Menu(
  { icon, name, children }: { icon: IconName; name: string; children: () => ComponentChildren },
) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!place.current!.contains(event.target as Node)) setOpen(false);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      setOpen(false);
      place.current!.querySelector("button")!.focus();
    };
    addEventListener("pointerdown", outside);
    addEventListener("keydown", escape, true);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("keydown", escape, true);
    };
  }, [open]);
  const chose = (event: Event) => {
    if ((event.target as Element).closest("a, button:not([data-stays])")) setOpen(false);
  };
  return (
    <div class="menu" ref={place}>
      <button
        type="button"
        class="icon-button"
        title={name}
        aria-label={name}
        aria-haspopup="true"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name={icon} />
      </button>
      {open && <div class="panel chart-menu" onClick={chose}>{children()}</div>}
    </div>
  );
}
