/** What is known of a place of the lineage, and the ways from it. */

import type { Lineage, LineagePlace } from "../../data/history.ts";
import { Fact, Facts, IconButton, StatusMark } from "../../design/parts.tsx";
import { to } from "../../state/address.ts";
import { neighbours } from "./geometry.ts";
import { STATES } from "./view.tsx";

const NOUNS = {
  dataset: "Dataset",
  model: "Model",
  evaluation: "Evaluation",
  transform: "Transform",
};

/**
 * Shows one place.
 *
 * @param select shows another one.
 */
export function Detail(
  { lineage, place, select }: {
    lineage: Lineage;
    place: LineagePlace;
    select: (id: string | null) => void;
  },
) {
  const { before, after } = neighbours(place.id, lineage.routes);
  const isJob = place.kind === "transform";
  return (
    <aside class="lineage-detail" aria-label={`${NOUNS[place.kind]} ${place.label}`}>
      <header>
        <small>{NOUNS[place.kind]}</small>
        <IconButton icon="close" name="Close" onClick={() => select(null)} />
      </header>
      <h2>{place.label}</h2>
      <p title={STATES[place.state]}>
        <StatusMark status={place.state} />
      </p>
      <p class="lineage-reason">{place.reason ?? STATES[place.state]}</p>
      <Facts>
        <Fact name="code">{place.source && <code>{place.source}</code>}</Fact>
        <Fact name={isJob ? "last job" : "written by"}>
          {place.seq !== null && <a href={to(`/builds/${place.seq}`)}>job #{place.seq}</a>}
        </Fact>
      </Facts>
      {place.rid && (
        <a class="button" href={to(`/${place.kind}s/${encodeURIComponent(place.rid)}`)}>
          Open the {place.kind}
        </a>
      )}
      <Ways title={isJob ? "Reads" : "Made by"} ids={before} lineage={lineage} select={select} />
      <Ways title={isJob ? "Writes" : "Read by"} ids={after} lineage={lineage} select={select} />
    </aside>
  );
}

function Ways(
  { title, ids, lineage, select }: {
    title: string;
    ids: string[];
    lineage: Lineage;
    select: (id: string | null) => void;
  },
) {
  const places = ids.map((id) => lineage.places.find((place) => place.id === id)!);
  return places.length > 0 && (
    <section>
      <h3>{title}</h3>
      <ul>
        {places.map((place) => (
          <li key={place.id}>
            <button
              type="button"
              class={`quiet status ${place.state}`}
              onClick={() => select(place.id)}
            >
              {place.label}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
