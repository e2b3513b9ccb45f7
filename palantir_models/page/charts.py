"""A chart's numbers: one series of some experiments on one axis, as many as its pixels can show and no spike less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from starlette.responses import Response

from palantir_models.page.answers import Refusal
from palantir_models.page.asked import Asked
from palantir_models.page.axes import axis_of, curves_of
from palantir_models.page.buckets import Curve, Floats, cut, edges, union
from palantir_models.page.wire import TYPE, packed

_WIDTH, _WIDEST = 1000, 4000
_MOST_MARKS = 100
_NAMES = ("NaN", "Infinity", "-Infinity")


@dataclass(frozen=True, eq=False)
class Drawn:
    """What a browser draws.

    Attributes:
        kind: ``raw`` if every value in view is there and all runs have the same axis, ``union`` if every value is there, and
            ``buckets`` if the view is cut into pieces.
        x: the axis.
        columns: of each run, its columns: the values, or of each piece the least, the greatest and the last.
    """

    kind: str
    x: Floats
    columns: Sequence[Sequence[Floats]]

    @property
    def names(self) -> list[str]:
        """What the columns of a run are."""
        return ["low", "high", "last"] if self.kind == "buckets" else ["last"]


def chart(asked: Asked) -> Response:
    """Return the numbers of a chart, in the form of :mod:`~palantir_models.page.wire`."""
    ids, series, axis = asked.ids(), asked.text_of("series"), axis_of(asked)
    width = asked.whole("width", _WIDTH, 1, _WIDEST)
    found = dict(zip(ids, curves_of(asked, ids, series, axis), strict=True))
    view = (asked.number("from"), asked.number("to"))
    head, columns = chart_of(found, width, view, asked.flag("log"))
    return Response(packed({"series": series, "x": axis, **head}, columns), media_type=TYPE)


def chart_of(
    found: Mapping[str, Curve],
    width: int,
    view: tuple[float | None, float | None] = (None, None),
    log: bool = False,
) -> tuple[dict[str, Any], list[Floats]]:
    """Return the numbers of a chart and what is said of them, as :func:`~palantir_models.page.wire.packed` takes both.

    :param found: the curve of each experiment, by id.
    :param width: how many pixels there are.
    :param view: from where to where it is looked at; None for where the first curve begins, or the last one ends.
    :param log: whether the axis is logarithmic.
    :raises Refusal: if the view ends before it begins.
    """
    ids, curves = list(found), list(found.values())
    domain = _domain(curves)
    low, high = view
    view = (domain[0] if low is None else low, domain[1] if high is None else high) if domain else (0.0, 0.0)
    if view[0] > view[1]:
        raise Refusal(400, "This cannot be asked", f"The view from {view[0]:g} to {view[1]:g} ends before it begins.")
    places = [curve.between(*view) for curve in curves]
    drawn = draw(curves, view, width, log)
    runs = [_run(identity, curve, part) for identity, curve, part in zip(ids, curves, places, strict=True)]
    head = {
        "kind": drawn.kind,
        "width": width,
        "from": view[0] if domain else None,
        "to": view[1] if domain else None,
        "points": sum(run["points"] for run in runs),
        "shown": sum(run["finite"] for run in runs) if drawn.kind != "buckets" else _full_pieces(drawn),
        "domain": domain,
        "runs": [{**run, "columns": drawn.names} for run in runs],
        "columns": len(drawn.names) * len(runs),
        "rows": len(drawn.x),
    }
    return head, [drawn.x, *(column for columns in drawn.columns for column in columns)]


def draw(curves: Sequence[Curve], view: tuple[float, float], width: int, log: bool = False) -> Drawn:
    """Put curves on one axis, cut into pieces where their values are too many for a width.

    :param curves: the curves.
    :param view: the part of the axis that is looked at.
    :param width: how many pixels, and so pieces, there are.
    :param log: whether the axis is logarithmic, so that pieces are as wide as they look.
    """
    most = 2 * width
    inside = [curve.between(*view) for curve in curves]
    if all(part.stop - part.start <= most for part in inside):
        # One more on either side, so that lines lead out of the view.
        around = [slice(max(part.start - 1, 0), part.stop + 1) for part in inside]
        shown = [curve.x[part] for curve, part in zip(curves, around, strict=True)]
        if all(np.array_equal(x, shown[0]) for x in shown):
            return Drawn("raw", shown[0], [[curve.y[part]] for curve, part in zip(curves, around, strict=True)])
        # Values at one place would hide each other.
        if sum(map(len, shown)) <= most * len(curves) and all((x[1:] > x[:-1]).all() for x in shown):
            x, columns = union(list(curves), around)
            if len(x) <= most:
                return Drawn("union", x, [[column] for column in columns])
    bounds = _log_edges(*view, width) if log and view[0] > 0 else edges(*view, width)
    pieces = [cut(curve, bounds) for curve in curves]
    middles = bounds[:-1] / 2 + bounds[1:] / 2
    return Drawn("buckets", middles, [[piece.low, piece.high, piece.last] for piece in pieces])


def _full_pieces(drawn: Drawn) -> int:
    return sum(int(np.count_nonzero(~np.isnan(columns[-1]))) for columns in drawn.columns)


def _log_edges(low: float, high: float, width: int) -> Floats:
    bounds: Floats = np.exp(edges(float(np.log(low)), float(np.log(high)), width))
    bounds[0], bounds[-1] = low, high
    return np.maximum.accumulate(np.clip(bounds, low, high))


def _domain(curves: Sequence[Curve]) -> tuple[float, float] | None:
    ends = [(float(curve.x[0]), float(curve.x[-1])) for curve in curves if len(curve)]
    return (min(low for low, _ in ends), max(high for _, high in ends)) if ends else None


def _run(identity: str, curve: Curve, inside: slice) -> dict[str, Any]:
    odd = curve.odd_between(inside)
    places, values = curve.odd[odd], curve.odd_values[odd]
    kinds = np.where(np.isnan(values), 0, np.where(values > 0, 1, 2))
    counts = np.bincount(kinds, minlength=3).tolist()
    return {
        "id": identity,
        "points": inside.stop - inside.start,
        "finite": inside.stop - inside.start - len(values),
        "end": float(curve.x[inside.stop - 1]) if inside.stop > inside.start else None,
        "nonfinite": dict(zip(("nan", "posinf", "neginf"), counts, strict=True)),
        "marks": [
            [float(curve.x[place]), _NAMES[kind]]
            for place, kind in zip(places[:_MOST_MARKS], kinds[:_MOST_MARKS], strict=True)
        ],
    }
