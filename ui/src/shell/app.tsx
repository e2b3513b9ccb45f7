/** The frame around every view: header, navigation, what is wrong with the store. */

import { dataUrl, useAnswer } from "../data/client.ts";
import type { Store } from "../data/types.ts";
import { Trouble } from "../design/answered.tsx";
import { Icon } from "../design/icons.tsx";
import { IconButton } from "../design/parts.tsx";
import { choose, go, path, to } from "../state/address.ts";
import { Help } from "./help.tsx";
import { useKeys } from "./keys.ts";
import { View } from "./routes.tsx";
import { nextTheme, theme } from "./theme.ts";

const PLACES = [["Models", "/", "m"], ["Datasets", "/datasets", "d"], ["Builds", "/builds", "b"], [
  "Lineage",
  "/lineage",
  "l",
]] as const;

function isHere(place: string): boolean {
  if (place === "/") return path.value === "/" || path.value.startsWith("/models");
  return path.value.startsWith(place);
}

/** The whole page. */
export function App() {
  useKeys(
    Object.fromEntries(PLACES.map(([name, place, key]) => [key, [name, () => go(to(place))]])),
  );
  const store = useAnswer<Store>(dataUrl("/store")).value;
  return (
    <>
      <a class="skip" href="#view">Skip to the view</a>
      <header class="top">
        <a class="brand" href={to("/")} aria-label="Models">
          <span class="mark" />
          <span class="root" title={store?.root}>{store ? nameOf(store.root) : "transforms"}</span>
        </a>
        <nav aria-label="Parts of the page">
          {PLACES.map(([name, place]) => (
            <a key={place} href={to(place)} aria-current={isHere(place) ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <div class="tools">
          {store && store.branches.length > 1 && <BranchChoice store={store} />}
          <IconButton
            icon={theme.value === "system" ? "system" : theme.value === "dark" ? "moon" : "sun"}
            name={`Colours: ${theme.value}`}
            onClick={nextTheme}
          />
          <Help />
        </div>
      </header>
      <main id="view" tabIndex={-1}>
        {store?.problems.map((problem) => <Trouble key={problem.title} problem={problem} />)}
        <View />
      </main>
    </>
  );
}

function nameOf(root: string): string {
  const parts = root.replace(/\/+$/, "").split("/");
  const last = parts.pop() ?? root;
  return last === ".transforms" ? parts.pop() ?? last : last;
}

function BranchChoice({ store }: { store: Store }) {
  return (
    <label class="branch" title="The branch of the store">
      <Icon name="branch" />
      <select
        aria-label="Branch"
        value={store.branch}
        onChange={(event) => {
          const branch = event.currentTarget.value;
          choose({
            branch,
            runs: null,
            hide: null,
            solo: null,
            pin: null,
            base: null,
            run: null,
            diff: null,
          });
        }}
      >
        {store.branches.map((branch) => <option key={branch} value={branch}>{branch}</option>)}
      </select>
    </label>
  );
}
