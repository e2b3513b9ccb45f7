/** Choosing the columns of the table. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../design/icons.tsx";
import { matches } from "../design/matching.ts";
import { choose } from "../state/address.ts";
import type { Column } from "./columns.ts";

const GROUPS = [["facts", "Facts"], ["parameters", "Parameters"], ["metrics", "Metrics"]] as const;

/** A button that opens the list of all columns, to be searched and ticked. */
export function Chooser({ columns, shown, flipped }: {
  columns: readonly Column[];
  shown: readonly Column[];
  flipped: readonly string[];
}) {
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState("");
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const leave = (event: Event) => {
      const away = event instanceof KeyboardEvent
        ? event.key === "Escape"
        : !box.current?.contains(event.target as Node);
      if (away) setOpen(false);
    };
    document.addEventListener("pointerdown", leave);
    document.addEventListener("keydown", leave);
    return () => {
      document.removeEventListener("pointerdown", leave);
      document.removeEventListener("keydown", leave);
    };
  }, [open]);
  const visible = new Set(shown);
  const found = columns.filter(({ title, note }) => matches(wanted, [title, note]));
  const set = (changed: readonly Column[], show: boolean) => {
    const other = new Set(flipped);
    for (const { key, usual } of changed) {
      if (usual === show) other.delete(key);
      else other.add(key);
    }
    choose({ cols: [...other] });
  };
  return (
    <div class="menu" ref={box}>
      <button type="button" class="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="columns" /> Columns <span class="soft">{shown.length}</span>
      </button>
      {open && (
        <div class="panel chooser" role="dialog" aria-label="Columns">
          <header>
            <input
              type="text"
              placeholder="Search columns"
              aria-label="Search columns"
              value={wanted}
              ref={(field) => field?.focus()}
              onInput={(event) => setWanted(event.currentTarget.value)}
            />
            <button
              type="button"
              class="quiet"
              disabled={!flipped.length}
              onClick={() => choose({ cols: null })}
            >
              Reset
            </button>
          </header>
          {GROUPS.map(([group, title]) => {
            const members = found.filter((column) => column.group === group);
            if (!members.length) return null;
            const all = members.every((column) => visible.has(column));
            return (
              <section key={group}>
                <h3>
                  {title}
                  <button type="button" class="quiet" onClick={() => set(members, !all)}>
                    {all ? "None" : "All"}
                  </button>
                </h3>
                {members.map((column) => (
                  <label key={column.key}>
                    <input
                      type="checkbox"
                      checked={visible.has(column)}
                      onChange={(event) => set([column], event.currentTarget.checked)}
                    />
                    <span>{column.title}</span>
                    <small>{column.note}</small>
                  </label>
                ))}
              </section>
            );
          })}
        </div>
      )}
    </div>
  );
}
