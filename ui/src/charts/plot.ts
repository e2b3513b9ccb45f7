/** The one wrapper around uPlot: it draws a view on a canvas and tells where a person points and what they zoom to. */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Span } from "./extent.ts";
import { type Frame, paintBands, paintMarks, strokesOf } from "./painting.ts";
import { tickLabel, ticksOf } from "./ticks.ts";
import { followTouch } from "./touch.ts";
import type { View } from "./view.ts";

/** What a plot tells. Places are in CSS pixels from the upper left corner of what the axes enclose. */
export interface PlotEvents {
  /** Someone points at an x, and at a place; null when no longer. */
  point(at: { x: number; left: number; top: number } | null): void;
  /** Someone chose a part of the x. */
  zoom(part: Span): void;
  /** Someone wants to see everything again. */
  reset(): void;
}

const DISTRIBUTION = { linear: 1, log: 3, asinh: 4 } as const;
const LINE = 1.4; // pixels
const BOLD = 2.5;
const FAINT = 0.25; // of what was smoothed, behind the smoothed line
const DIMMED = 0.3; // of all others, where a line stands out
const FAR = -10; // outside of the axes: no crosshair

/** A chart on a canvas. */
export class Plot {
  #plot: uPlot | null = null;
  #view: View | null = null;
  #shape = "";
  /** By what values are divided before they are drawn, so that the widest span is no infinity. */
  #unit = 1;
  #endTouch = () => {};
  /** The line that stands out now. */
  #strong: string | null = null;

  /**
   * @param place the element that the canvas is put into.
   * @param events what is told.
   */
  constructor(private readonly place: HTMLElement, private readonly events: PlotEvents) {}

  /**
   * Draws a view, anew or in place of what was drawn.
   *
   * @param view what is drawn.
   * @param width in CSS pixels, with the axes.
   * @param height in CSS pixels, with the axes.
   */
  draw(view: View, width: number, height: number): void {
    this.#view = view;
    const [low, high] = view.extent.span;
    this.#unit = Number.isFinite(high - low) ? 1 : 4;
    const shape = shapeOf(view, getComputedStyle(this.place).color);
    if (this.#plot && shape === this.#shape) {
      if (this.#plot.width !== width || this.#plot.height !== height) {
        this.#plot.setSize({ width, height });
      }
      this.#plot.setData(this.#data(view));
      this.emphasize(view.strong);
      return;
    }
    this.destroy();
    this.#shape = shape;
    this.#plot = new uPlot(this.#options(view, width, height), this.#data(view), this.place);
    this.#endTouch = followTouch(this.#plot.over, {
      point: (left, top) => this.#plot?.setCursor({ left, top }),
      leave: () => this.#plot?.setCursor({ left: FAR, top: FAR }),
      zoom: (left, right) => this.#zoom(left, right),
      reset: this.events.reset,
    });
    this.emphasize(view.strong);
  }

  /** Has one line stand out, or none. */
  emphasize(key: string | null): void {
    const plot = this.#plot;
    if (!plot || !this.#view || key === this.#strong) return;
    this.#strong = key;
    strokesOf(this.#view).forEach(({ line, raw }, place) => {
      const series = plot.series[place + 1]!;
      series.alpha = (raw ? FAINT : 1) * (key === null || key === line.key ? 1 : DIMMED);
      series.width = line.bold || line.key === key ? BOLD : LINE;
    });
    plot.redraw(false);
  }

  /** Shows the crosshair at an x that is pointed at in another chart, or no longer. */
  pointAt(x: number | null): void {
    const left = x === null ? FAR : this.#plot?.valToPos(x, "x") ?? FAR;
    this.#plot?.setCursor({ left, top: FAR }, false);
  }

  /** Where a value stands, in CSS pixels from the upper edge of what the axes enclose. */
  heightOf(value: number): number {
    return this.#plot?.valToPos(value / this.#unit, "y") ?? 0;
  }

  /** Where an x stands, in CSS pixels from the left edge of what the axes enclose. */
  leftOf(x: number): number {
    return this.#plot?.valToPos(x, "x") ?? 0;
  }

  /** What the axes enclose, in CSS pixels within the element. */
  get box(): { left: number; top: number; width: number; height: number } {
    const ratio = uPlot.pxRatio;
    const { left, top, width, height } = this.#plot?.bbox ??
      { left: 0, top: 0, width: 0, height: 0 };
    return { left: left / ratio, top: top / ratio, width: width / ratio, height: height / ratio };
  }

  /** What is drawn, as a canvas. */
  get canvas(): HTMLCanvasElement | null {
    return this.#plot?.ctx.canvas ?? null;
  }

  /** Takes the canvas away. */
  destroy(): void {
    this.#endTouch();
    this.#plot?.destroy();
    this.#plot = null;
    this.#strong = null;
  }

  #data(view: View): uPlot.AlignedData {
    const divided = (cell: number | null | undefined) => cell && cell / this.#unit;
    const cells = strokesOf(view).map(({ cells }) => this.#unit === 1 ? cells : cells.map(divided));
    return [view.picture.xs, ...cells];
  }

  #options(view: View, width: number, height: number): uPlot.Options {
    const styles = getComputedStyle(this.place);
    const ink = styles.getPropertyValue("--text-soft").trim();
    const grid = { stroke: styles.getPropertyValue("--line").trim(), width: 1 };
    const now = () => this.#view!;
    const xSpan = (): Span => now().within;
    const ySpan = (): Span => now().extent.span.map((end) => end / this.#unit) as Span;
    const common = {
      filter: (_: uPlot, ticks: number[]) => ticks,
      stroke: ink,
      font: `11px ${styles.fontFamily}`,
      grid,
      ticks: { ...grid, size: 4 },
    };
    return {
      width,
      height,
      padding: [10, 22, 0, 0], // half of a label of five digits
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: 5 },
        bind: { dblclick: () => () => (this.events.reset(), null) },
      },
      scales: {
        x: { time: false, distr: DISTRIBUTION[view.xScale], range: xSpan },
        y: { distr: DISTRIBUTION[view.yScale], range: ySpan },
      },
      axes: [
        {
          ...common,
          size: 26,
          gap: 3,
          splits: (plot) => now().axis.ticks(xSpan(), Math.max(2, plot.width / 90)),
          values: (_, ticks) => ticks.map((tick) => now().axis.label(tick, xSpan())),
        },
        {
          ...common,
          gap: 4,
          size: (_, labels) =>
            14 + 6.4 * Math.max(2, ...(labels ?? []).map((label) => label.length)),
          splits: (plot) => {
            const most = Math.max(2, plot.height / 42);
            return ticksOf(now().extent.span, now().yScale, most).map((tick) => tick / this.#unit);
          },
          values: (_, ticks) => ticks.map((tick) => tickLabel(tick * this.#unit)),
        },
      ],
      series: [
        {},
        ...strokesOf(view).map(({ line, raw }) => ({
          stroke: line.colour,
          alpha: raw ? FAINT : 1,
          width: line.bold ? BOLD : LINE,
          dash: [...line.dash],
          points: { show: false },
        })),
      ],
      hooks: {
        drawClear: [(plot) => paintBands(frameOf(plot, this.#unit), now())],
        draw: [(plot) => paintMarks(frameOf(plot, this.#unit), now())],
        setCursor: [(plot) => this.#pointed(plot)],
        setSelect: [(plot) => this.#selected(plot)],
      },
    };
  }

  #pointed({ cursor: { left = FAR, top = FAR } }: uPlot): void {
    if (left >= 0 && top < 0) return; // another chart's crosshair, which a redraw has uPlot tell of
    const x = left < 0 ? null : this.#plot?.posToVal(left, "x") ?? null;
    this.events.point(x === null ? null : { x, left, top });
  }

  #selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width === 0) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#zoom(left, left + width);
  }

  #zoom(left: number, right: number): void {
    if (!this.#plot) return;
    const part: Span = [this.#plot.posToVal(left, "x"), this.#plot.posToVal(right, "x")];
    if (part[0] < part[1]) this.events.zoom(part);
  }
}

/** What can only be changed by beginning anew: which lines there are, how they look, how the axes are divided. */
function shapeOf(view: View, ink: string): string {
  const lines = strokesOf(view).map(({ line, raw }) => [line.key, line.colour, line.dash, raw]);
  return JSON.stringify([ink, view.xScale, view.yScale, lines]);
}

function frameOf(plot: uPlot, unit: number): Frame {
  return {
    context: plot.ctx,
    ratio: uPlot.pxRatio,
    box: plot.bbox,
    left: (x) => plot.valToPos(x, "x", true),
    top: (value) => plot.valToPos(value / unit, "y", true),
  };
}
