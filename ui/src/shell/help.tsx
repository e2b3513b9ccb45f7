/** The list of keys, opened with `?`. */

import { useRef } from "preact/hooks";
import { IconButton } from "../design/parts.tsx";
import { listed, useKeys } from "./keys.ts";

const SIGNS: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  " ": "Space",
};

function signs(key: string): string {
  return key.split("+").map((part) => SIGNS[part] ?? part).join(" ");
}

/** The button of the help, and its window. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = () => dialog.current?.showModal();
  useKeys({ "?": ["Help", open] });
  return (
    <>
      <IconButton icon="help" name="Keys (?)" onClick={open} />
      <dialog
        ref={dialog}
        class="help"
        onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
      >
        <form method="dialog">
          <header>
            <h2>Keys</h2>
            <button type="submit" class="quiet">Close</button>
          </header>
          <table>
            <tbody>
              {listed().map(([key, name]) => (
                <tr key={key}>
                  <td>
                    <kbd>{signs(key)}</kbd>
                  </td>
                  <td>{name}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </form>
      </dialog>
    </>
  );
}
