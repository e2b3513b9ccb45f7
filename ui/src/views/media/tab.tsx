/** The tab of a model's images, plots and tables. */

import "./media.css";
import { useRef } from "preact/hooks";
import { type Answer, dataUrl, useAnswer } from "../../data/client.ts";
import type { Experiments, Media } from "../../data/types.ts";
import { Answered, Empty, Skeleton } from "../../design/answered.tsx";
import { adjust, choose, chosen, here } from "../../state/address.ts";
import { type Run, useRuns } from "../../state/runs.ts";
import { ImagesAtStep, ImagesOfAllSteps } from "./images.tsx";
import { PlotsAtStep } from "./plots.tsx";
import { allSteps, type MediaSeries, seriesOf } from "./series.ts";
import { StepSlider } from "./slider.tsx";
import { parseStep, placeOf } from "./steps.ts";
import { TablesBeside, TablesTogether } from "./tables.tsx";
import { Viewer } from "./viewer.tsx";

const KINDS = { image: "Images", plot: "Plots", table: "Tables" } as const;
type Kind = keyof typeof KINDS;

const EXAMPLE = `experiment.log_image("mistakes", picture, caption="A 3 read as 8")
experiment.log_plot("confusion", figure)
experiment.log_table("leaderboard", frame)`;

/** The second way of showing media, beside the first: everything at one step, each experiment by itself. */
const OTHER_LOOK: Record<Kind, [string, string] | null> = {
  image: ["grid", "All steps"],
  plot: null,
  table: ["together", "As one table"],
};

/**
 * What the runs that are drawn logged beside numbers.
 *
 * @param model the model's rid.
 */
export function MediaTab({ model }: { model: string }) {
  const { drawn, experiments } = useRuns(model);
  if (!experiments) return <Skeleton />;
  const counts = countsOf(experiments);
  const kinds = (Object.keys(KINDS) as Kind[]).filter((kind) => counts[kind] > 0);
  if (kinds.length === 0) {
    return (
      <Empty title="No experiment of this model has images, plots or tables">
        <pre>{EXAMPLE}</pre>
      </Empty>
    );
  }
  if (drawn.length === 0) return <Empty title="Select experiments to see their media" />;
  const kind = kinds.find((one) => one === chosen("kind")) ?? kinds[0]!;
  return (
    <KindOfMedia key={kind} model={model} kind={kind} kinds={kinds} counts={counts} runs={drawn} />
  );
}

function countsOf({ media }: Experiments): Record<Kind, number> {
  const counts = { image: 0, plot: 0, table: 0 };
  for (const { kind } of media) counts[kind]++;
  return counts;
}

function KindOfMedia({ model, kind, kinds, counts, runs }: {
  model: string;
  kind: Kind;
  kinds: Kind[];
  counts: Record<Kind, number>;
  runs: Run[];
}) {
  const ids = runs.map((run) => run.id);
  const answer = useLast(
    useAnswer<Media>(dataUrl(`/models/${encodeURIComponent(model)}/media/${kind}`, { id: ids })),
  );
  const series = answer.value ? seriesOf(answer.value, runs, chosen("find") ?? "") : [];
  const steps = allSteps(series);
  const place = placeOf(steps, parseStep(chosen("step")));
  const other = OTHER_LOOK[kind];
  const isOther = other !== null && chosen("look") === other[0];
  return (
    <div class="media">
      <div class="media-tools">
        <div class="segments" role="group" aria-label="Kind of media">
          {kinds.map((one) => (
            <a
              key={one}
              class="button"
              aria-current={one === kind}
              href={here({ kind: one, step: null, look: null })}
            >
              {KINDS[one]} <small>{counts[one]}</small>
            </a>
          ))}
        </div>
        {other && (
          <button
            type="button"
            class="button"
            aria-pressed={isOther}
            onClick={() => choose({ look: isOther ? null : other[0] })}
          >
            {other[1]}
          </button>
        )}
        {kind !== "table" && !isOther && <StepSlider steps={steps} place={place} />}
        <input
          class="field"
          type="search"
          placeholder="Filter by name"
          aria-label="Filter series by name"
          value={chosen("find") ?? ""}
          onInput={(event) => adjust({ find: event.currentTarget.value })}
        />
      </div>
      <Answered answer={answer} waiting={<Skeleton />}>
        {() =>
          series.length === 0
            ? (
              <Empty
                title={`None of the selected experiments has such ${KINDS[kind].toLowerCase()}`}
              />
            )
            : (
              <Shown
                model={model}
                kind={kind}
                isOther={isOther}
                series={series}
                step={steps[place] ?? 0}
              />
            )}
      </Answered>
    </div>
  );
}

function Shown({ model, kind, isOther, series, step }: {
  model: string;
  kind: Kind;
  isOther: boolean;
  series: MediaSeries[];
  step: number | string;
}) {
  if (kind === "plot") return <PlotsAtStep model={model} series={series} step={step} />;
  if (kind === "table") {
    return isOther
      ? <TablesTogether model={model} series={series} />
      : <TablesBeside model={model} series={series} />;
  }
  return (
    <>
      {isOther
        ? <ImagesOfAllSteps model={model} series={series} />
        : <ImagesAtStep model={model} series={series} step={step} />}
      <Viewer model={model} series={series} />
    </>
  );
}

/** Keeps the last answer while the next one is waited for, so that selecting an experiment moves nothing. */
function useLast<T>(answer: Answer<T>): Answer<T> {
  const last = useRef(answer);
  if (answer.value !== null || answer.problem !== null) last.current = answer;
  return last.current;
}
