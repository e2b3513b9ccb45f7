/** A field to search in what is shown. */

import { useRef } from "preact/hooks";
import { press, useKeys } from "../shell/keys.ts";
import { adjust, chosen } from "../state/address.ts";
import type { Key } from "../state/keys.ts";
import { Icon } from "./icons.tsx";

/**
 * A field whose text is a key of the address. `/` goes to it, Escape empties and leaves it, Enter and the arrow down leave it for
 * the first of what was found.
 */
export function Search({ of, name }: { of: Key; name: string }) {
  const field = useRef<HTMLInputElement>(null);
  useKeys({ "/": [name, () => field.current?.focus()] });
  const key = (event: KeyboardEvent) => {
    const leaves = event.key === "Enter" || event.key === "ArrowDown";
    if (event.key !== "Escape" && !leaves) return;
    field.current?.blur();
    if (leaves) press("ArrowDown", event);
    else adjust({ [of]: null });
  };
  return (
    <label class="search">
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        placeholder={name}
        aria-label={name}
        spellcheck={false}
        value={chosen(of) ?? ""}
        onInput={(event) => adjust({ [of]: event.currentTarget.value })}
        onKeyDown={key}
      />
      <kbd>/</kbd>
    </label>
  );
}
