/** A field to search in what is shown. */

import { useRef } from "preact/hooks";
import { useKeys } from "../shell/keys.ts";
import { adjust, chosen } from "../state/address.ts";
import type { Key } from "../state/keys.ts";
import { Icon } from "./icons.tsx";

/**
 * A field whose text is a key of the address. `/` goes to it, Escape empties and leaves it.
 */
export function Search({ of, name }: { of: Key; name: string }) {
  const field = useRef<HTMLInputElement>(null);
  useKeys({ "/": [name, () => field.current?.focus()] });
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    adjust({ [of]: null });
    field.current?.blur();
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
