/** The step at which media are shown: a slider, and the keys `,` and `.`. */

import type { Numeric } from "../../data/types.ts";
import { Icon } from "../../design/icons.tsx";
import { useKeys } from "../../shell/keys.ts";
import { adjust } from "../../state/address.ts";

/**
 * Chooses one of the steps.
 *
 * @param steps those at which any experiment has something, rising.
 * @param place which of them is shown.
 */
export function StepSlider({ steps, place }: { steps: readonly Numeric[]; place: number }) {
  const last = steps.length - 1;
  const show = (wanted: number) => {
    const within = Math.min(last, Math.max(0, wanted));
    adjust({ step: within === last ? null : String(steps[within]) });
  };
  useKeys({
    ",": ["The step before", () => show(place - 1)],
    ".": ["The next step", () => show(place + 1)],
  });
  if (last < 1) return null;
  return (
    <div class="step-slider">
      <button
        type="button"
        class="icon-button back"
        aria-label="The step before"
        onClick={() => show(place - 1)}
      >
        <Icon name="chevron" />
      </button>
      <input
        type="range"
        min={0}
        max={last}
        value={place}
        aria-label="Step"
        aria-valuetext={`step ${steps[place]}`}
        onInput={(event) => show(event.currentTarget.valueAsNumber)}
      />
      <button
        type="button"
        class="icon-button"
        aria-label="The next step"
        onClick={() => show(place + 1)}
      >
        <Icon name="chevron" />
      </button>
      <output>
        step <b>{steps[place]}</b> <small>{place + 1} of {steps.length}</small>
      </output>
    </div>
  );
}
