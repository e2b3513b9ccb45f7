/** What a view shows of an answer: its shape while it waits, the refusal, or the value, with a word where it may be outdated. */

import type { ComponentChildren, VNode } from "preact";
import type { Answer } from "../data/client.ts";
import type { Problem } from "../data/types.ts";

/** Draws an answer as it stands. */
export function Answered<T>({ answer, waiting, children }: {
  answer: Answer<T>;
  waiting: VNode;
  children: (value: T) => ComponentChildren;
}) {
  if (answer.value === null) {
    return answer.problem ? <Trouble problem={answer.problem} /> : waiting;
  }
  return (
    <>
      {answer.problem && <Outdated problem={answer.problem} />}
      {children(answer.value)}
    </>
  );
}

/** Says that what is shown is what was known, and why it is not what is. */
export function Outdated({ problem }: { problem: Problem }) {
  return (
    <p class="outdated" role="status" title={problem.detail}>
      {problem.title}: this is what was known before. {problem.hint}
    </p>
  );
}

/** Draws a refusal: what happened, where, and what to type next. */
export function Trouble({ problem }: { problem: Problem }) {
  return (
    <section class="empty trouble" role="alert">
      <h2>{problem.title}</h2>
      {problem.detail && <p>{problem.detail}</p>}
      {problem.hint && <p class="hint">{problem.hint}</p>}
    </section>
  );
}

/** Draws a place where there is nothing yet, and says how something comes there. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <section class="empty">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Draws the shape of rows that are on their way, as high as they will be. */
export function Skeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div class="skeleton" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => <div key={row} />)}
    </div>
  );
}
