/** Small parts that all views share. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ago, moment } from "../format/time.ts";
import { text } from "../format/value.ts";
import { Icon, type IconName } from "./icons.tsx";
import type { Look } from "./palette.ts";

const now = signal(Date.now());
setInterval(() => now.value = Date.now(), 15_000);

/** How long ago a time was; its hour to the second when pointed at. */
export function Ago({ time }: { time: string | null }) {
  return time ? <time dateTime={time} title={moment(time)}>{ago(time, now.value)}</time> : null;
}

/** How an experiment or a build stands, as a dot and a word. */
export function StatusMark({ status }: { status: string }) {
  return <span class={`status ${status.toLowerCase()}`}>{status.toLowerCase()}</span>;
}

/** The colour of a run: a disc when its line has no gaps, a ring when it is dashed; empty when the run is not selected. */
export function Swatch({ look, filled = true }: { look: Look | null; filled?: boolean }) {
  const ring = look?.dash.length ? 3.4 : 1.6;
  return (
    <svg class="swatch" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      <circle
        cx="7"
        cy="7"
        r={5.4 - ring / 2}
        fill={look && filled && !look.dash.length ? look.colour : "none"}
        stroke={look?.colour ?? "var(--line-strong)"}
        stroke-width={look ? ring : 1.4}
        opacity={filled || !look ? 1 : 0.5}
      />
    </svg>
  );
}

/** A button that is a sign; its name is read aloud and shown when pointed at. */
export function IconButton({ icon, name, onClick, pressed, tabIndex }: {
  icon: IconName;
  name: string;
  onClick: (event: MouseEvent) => void;
  pressed?: boolean;
  tabIndex?: number;
}) {
  return (
    <button
      type="button"
      class="icon-button"
      title={name}
      aria-label={name}
      aria-pressed={pressed}
      tabIndex={tabIndex}
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
      <code title={id}>{id.slice(0, length)}{length > 12 && id.length > length && "…"}</code>
      <Copy text={id} />
    </span>
  );
}

const HASH = /^[0-9a-f]{40,}$/;

/** A value as text; of a version of code or a commit its first letters. */
export function Told({ value }: { value: unknown }) {
  const told = text(value);
  return HASH.test(told) ? <Short id={told} length={12} /> : <>{told}</>;
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
