/** Small parts that all views share. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Status } from "../data/types.ts";
import { ago, moment } from "../format/time.ts";
import { Icon, type IconName } from "./icons.tsx";
import type { Look } from "./palette.ts";

const now = signal(Date.now());
setInterval(() => now.value = Date.now(), 15_000);

/** How long ago a time was; its hour to the second when pointed at. */
export function Ago({ time }: { time: string | null }) {
  return time ? <time dateTime={time} title={moment(time)}>{ago(time, now.value)}</time> : null;
}

/** How an experiment or a build stands, as a dot and a word. */
export function StatusMark({ status }: { status: Status }) {
  return <span class={`status ${status.toLowerCase()}`}>{status.toLowerCase()}</span>;
}

/** The colour and the dashes of a run. */
export function Swatch({ look, filled = true }: { look: Look; filled?: boolean }) {
  return (
    <svg class="swatch" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      <circle
        cx="7"
        cy="7"
        r="5"
        fill={filled && !look.dash.length ? look.colour : "none"}
        stroke={look.colour}
        stroke-width={look.dash.length ? 3 : 2}
        stroke-dasharray={look.dash.length ? "3 2" : undefined}
        opacity={filled ? 1 : 0.55}
      />
    </svg>
  );
}

/** A button that is a sign; its name is read aloud and shown when pointed at. */
export function IconButton({ icon, name, onClick, pressed }: {
  icon: IconName;
  name: string;
  onClick: (event: MouseEvent) => void;
  pressed?: boolean;
}) {
  return (
    <button
      type="button"
      class="icon-button"
      title={name}
      aria-label={name}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

/** Copies a text to the clipboard. */
export function Copy({ text, name = "Copy" }: { text: string; name?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1200);
  };
  return (
    <IconButton
      icon={done ? "check" : "copy"}
      name={done ? "Copied" : name}
      onClick={() => void copy()}
    />
  );
}

/** A command to be typed in a terminal. */
export function Command({ children }: { children: string }) {
  return (
    <div class="command">
      <code>{children}</code>
      <Copy text={children} name="Copy the command" />
    </div>
  );
}

/** A long identifier in its first letters; whole when pointed at, and to be copied. */
export function Short({ id, length = 8 }: { id: string | null; length?: number }) {
  if (!id) return <span class="none">–</span>;
  return (
    <span class="short">
      <code title={id}>{id.slice(0, length)}</code>
      <Copy text={id} />
    </span>
  );
}

/** A card with a heading. */
export function Card({ title, aside, children }: {
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="card">
      <header>
        <h2>{title}</h2>
        {aside && <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}

/** Facts, a line each. */
export function Facts({ children }: { children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

/** A fact by its name; nothing when there is no value. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  if (children === null || children === undefined || children === "" || children === false) {
    return null;
  }
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
