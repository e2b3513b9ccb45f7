/** A view that lists what there is: its heading, a field to search in it, and the answer as it stands. */

import type { ComponentChildren, VNode } from "preact";
import type { Answer } from "../data/client.ts";
import { useTitle } from "../shell/title.ts";
import { Answered, Skeleton } from "./answered.tsx";
import { Search } from "./search.tsx";

/** Draws the view. */
export function Listing<T>({ title, search, answer, waiting = <RowsToCome />, children }: {
  title: string;
  search: string;
  answer: Answer<T>;
  waiting?: VNode;
  children: (value: T) => ComponentChildren;
}) {
  useTitle(title);
  return (
    <div class="view">
      <header class="heading">
        <h1>{title}</h1>
        <div class="aside">
          <Search of="q" name={search} />
        </div>
      </header>
      <Answered answer={answer} waiting={waiting}>{children}</Answered>
    </div>
  );
}

function RowsToCome() {
  return (
    <div class="card">
      <Skeleton />
    </div>
  );
}
