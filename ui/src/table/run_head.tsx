/** The first cell of an experiment's row: its colour, its name, and what can be done with it. */

import { Icon } from "../design/icons.tsx";
import { IconButton, Swatch } from "../design/parts.tsx";
import { experimentPlace } from "../models/place.tsx";
import { choose, chosen } from "../state/address.ts";
import type { Run } from "../state/runs.ts";
import { flipped, type Selection } from "../state/selection.ts";

/** Draws the first cell; `onTake` selects the experiment, or a range up to it with Shift. */
export function RunHead({ model, run, selection, drawn, onTake }: {
  model: string;
  run: Run;
  selection: Selection;
  drawn: boolean;
  onTake: (range: boolean) => void;
}) {
  const { rank, name } = run;
  const tabIndex = chosen("run") === String(rank) ? 0 : -1; // a thousand rows are one stop of the Tab key
  const is = {
    selected: selection.runs.includes(rank),
    pinned: selection.pinned.includes(rank),
    hidden: selection.hidden.includes(rank),
    solo: selection.solo === rank,
    baseline: selection.baseline === rank,
  };
  return (
    <div class="run-head">
      <button
        type="button"
        class="take"
        tabIndex={tabIndex}
        role="checkbox"
        aria-checked={is.selected}
        aria-label={`Select ${name}`}
        onClick={(event) => onTake(event.shiftKey)}
      >
        <Swatch look={is.selected || drawn ? run : null} filled={drawn} />
      </button>
      <a class="label" tabIndex={tabIndex} href={experimentPlace(model, run.id)} title={name}>
        {name}
      </a>
      <span class="marks">
        {is.baseline && <Icon name="scale" size={13} />}
        {is.pinned && <Icon name="pin" size={13} />}
        {is.solo && <Icon name="solo" size={13} />}
        {is.hidden && <Icon name="eyeOff" size={13} />}
      </span>
      <span class="acts">
        <IconButton
          icon="scale"
          name={is.baseline ? "No baseline" : "Baseline: compare the others with it"}
          pressed={is.baseline}
          tabIndex={tabIndex}
          onClick={() => choose({ base: is.baseline ? null : rank })}
        />
        <IconButton
          icon="pin"
          name={is.pinned ? "Unpin" : "Pin to the top"}
          pressed={is.pinned}
          tabIndex={tabIndex}
          onClick={() => choose(flipped("pin", selection.pinned, rank))}
        />
        <IconButton
          icon="solo"
          name={is.solo ? "Draw all that are selected" : "Draw this one only"}
          pressed={is.solo}
          tabIndex={tabIndex}
          onClick={() => choose({ solo: is.solo ? null : rank })}
        />
        <IconButton
          icon={is.hidden ? "eyeOff" : "eye"}
          name={is.hidden ? "Draw it again" : "Hide it"}
          pressed={is.hidden}
          tabIndex={tabIndex}
          onClick={() => choose(flipped("hide", selection.hidden, rank))}
        />
      </span>
    </div>
  );
}
