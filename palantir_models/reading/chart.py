"""A small chart of one metric in several experiments, as SVG that needs no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from palantir_models.display import escaped, shown
from palantir_models.experiment.columns.points import Points
from palantir_models.reading.curve import kept_points

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

COLOURS = ("#3b6fb6", "#d1622b", "#3f8f4f", "#a2457f", "#7a6a2f", "#2f8f8f", "#b6443b", "#6b5bb0")
"""Told apart on light and dark ground; the ninth experiment begins anew, with dashes."""
_WIDTH, _HEIGHT = 340, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 2, 2, 22, 18


def colour(index: int) -> str:
    """Return the colour of the experiment at a position."""
    return COLOURS[index % len(COLOURS)]


def chart(name: str, curves: Mapping[int, Points]) -> str:
    """Return the SVG of a metric. Every extreme value is drawn; what is not finite is marked at the edge.

    :param name: the metric.
    :param curves: points by the experiment's position, which gives the colour.
    """
    import numpy as np

    finite = [points.values[np.isfinite(points.values)] for points in curves.values()]
    found = np.concatenate([np.empty(0), *finite])
    low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 0.0)
    first = min((int(points.steps[0]) for points in curves.values() if len(points)), default=0)
    last = max((int(points.steps[-1]) for points in curves.values() if len(points)), default=0)
    lines = [_curve(points, index, (first, last), (low, high)) for index, points in curves.items()]
    odd = sum(int((~np.isfinite(points.values)).sum()) for points in curves.values())
    title = f"{name} · {odd:,} not finite" if odd else name
    labels = (
        _label(_LEFT, 14, "start", title, bold=True)
        + _label(_WIDTH - _RIGHT, 14, "end", f"{shown(low)} … {shown(high)}")
        + _label(_LEFT, _HEIGHT - 5, "start", f"step {first}")
        + _label(_WIDTH - _RIGHT, _HEIGHT - 5, "end", str(last))
    )
    frame = (
        f"<rect x='{_LEFT}' y='{_TOP}' width='{_WIDTH - _LEFT - _RIGHT}' height='{_HEIGHT - _TOP - _BOTTOM}' "
        "fill='none' stroke='currentColor' stroke-opacity='.25'/>"
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{_WIDTH}' height='{_HEIGHT}' style='margin:4px 14px 4px 0' role='img' "
        f"aria-label='{escaped(name)}'>{frame}{''.join(lines)}{labels}</svg>"
    )


def _curve(points: Points, index: int, step_range: tuple[int, int], value_range: tuple[float, float]) -> str:
    import numpy as np

    steps, values = points.steps, points.values
    kept = kept_points(steps, values, _WIDTH)
    xs = _placed(steps[kept].astype(np.float64), float(step_range[0]), float(step_range[1]), _LEFT, _WIDTH - _RIGHT)
    finite = np.isfinite(values[kept])
    ys = _placed(np.where(finite, values[kept], value_range[0]), *value_range, _HEIGHT - _BOTTOM, _TOP)
    look = f"stroke='{colour(index)}'" + (" stroke-dasharray='4 2'" if index // len(COLOURS) % 2 else "")
    parts = []
    for piece in np.split(np.arange(len(kept)), np.flatnonzero(np.diff(finite)) + 1):
        if not len(piece):
            continue
        if not finite[piece[0]]:
            parts += [_sign(xs[i], values[kept[i]], index) for i in piece]
        elif len(piece) == 1:
            parts.append(f"<circle cx='{xs[piece[0]]:.1f}' cy='{ys[piece[0]]:.1f}' r='2' fill='{colour(index)}'/>")
        else:
            line = " ".join(f"{xs[i]:.1f},{ys[i]:.1f}" for i in piece)
            parts.append(f"<polyline points='{line}' fill='none' stroke-width='1.3' {look}/>")
    return "".join(parts)


def _sign(x: float, value: float, index: int) -> str:
    """Return the mark of a value that is not finite: at the top for infinity, else at the bottom; a cross for NaN."""
    sign = "×" if value != value else "▲" if value > 0 else "▼"
    y = _TOP + 8 if value > 0 else _HEIGHT - _BOTTOM - 2
    return f"<text x='{x:.1f}' y='{y}' font-size='9' text-anchor='middle' fill='{colour(index)}'>{sign}</text>"


def _placed(
    values: npt.NDArray[np.float64], low: float, high: float, start: float, end: float
) -> npt.NDArray[np.float64]:
    """Map values from a range to pixels; halves, so that the widest range does not overflow."""
    span = high / 2 - low / 2
    share = (values / 2 - low / 2) / span if span > 0 else values * 0 + 0.5
    return start + share * (end - start)


def _label(x: float, y: float, anchor: str, text: str, bold: bool = False) -> str:
    weight = " font-weight='bold'" if bold else ""
    return (
        f"<text x='{x}' y='{y}' font-size='11' font-family='sans-serif' text-anchor='{anchor}'{weight} "
        f"fill='currentColor'>{escaped(text)}</text>"
    )


def mark(index: int) -> str:
    """Return the line of the experiment at a position as a small picture, as HTML."""
    dashes = " stroke-dasharray='4 2'" if index // len(COLOURS) % 2 else ""
    return (
        "<svg xmlns='http://www.w3.org/2000/svg' width='18' height='8' style='vertical-align:middle;margin-right:4px'>"
        f"<line x1='1' x2='17' y1='4' y2='4' stroke-width='3' stroke='{colour(index)}'{dashes}/></svg>"
    )


def legend(names: Sequence[str]) -> str:
    """Return which experiment has which line, as HTML."""
    return " ".join(
        f"<span style='display:inline-block;margin-right:12px;font-size:.85em'>{mark(index)}{escaped(name)}</span>"
        for index, name in enumerate(names)
    )
