"""What a chart's horizontal axis shows: steps, times, or another metric. All runs of a chart lie on the same one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from palantir_models.page import chosen
from palantir_models.page.answers import Refusal
from palantir_models.page.apart import is_final
from palantir_models.page.asked import Asked
from palantir_models.page.buckets import Curve
from palantir_models.page.columns import Held

if TYPE_CHECKING:
    from palantir_models.page.chosen import Known

STEP, TIME, RELATIVE, METRIC = "step", "time", "relative", "metric:"
_NOTHING = Curve.of(np.empty(0), np.empty(0))


def axis_of(asked: Asked) -> str:
    """Return what a request wants on the axis.

    :raises Refusal: if that is nothing there is.
    """
    axis = asked.text("x") or STEP
    if axis not in (STEP, TIME, RELATIVE) and (not axis.startswith(METRIC) or axis == METRIC):
        raise Refusal(
            400,
            "This cannot be asked",
            f"The parameter 'x' is wrong: got {axis[:40]!r}.",
            "It is step, time, relative, or metric: and the name of a metric.",
        )
    return axis


def curves_of(asked: Asked, ids: Sequence[str], series: str, axis: str) -> list[Curve]:
    """Return a series of experiments on an axis, in their order; an empty curve where one has no such series.

    :param asked: the request.
    :param ids: the experiments.
    :param series: the series.
    :param axis: what :func:`axis_of` returned; ``time`` in seconds since 1970, ``relative`` in seconds since the experiment
        began.
    :raises Refusal: if an experiment is not there.
    """
    known = chosen.known(asked)
    timed = axis in (TIME, RELATIVE)
    held = _held(asked, known, ids, series, timed)
    if axis == STEP:
        return [held[identity].curve if identity in held else _NOTHING for identity in ids]
    if timed:
        begun = _begun(asked, ids) if axis == RELATIVE else {}
        return [_by_time(held.get(identity), begun.get(identity, 0.0)) for identity in ids]
    others = _held(asked, known, ids, axis.removeprefix(METRIC), timed=False)
    return [_by_metric(held.get(identity), others.get(identity)) for identity in ids]


def _held(asked: Asked, known: Known, ids: Sequence[str], series: str, timed: bool) -> Mapping[str, Held]:
    """Return a series by id: of experiments that ended from memory, of others as they are now."""
    from palantir_models.reading.comparison import Comparison

    published = [known.published[identity] for identity in ids if identity in known.published]
    found = dict(asked.opened.columns.get(published, series, timed)) if published else {}
    others = [identity for identity in ids if identity not in known.published]
    running = asked.opened.live(known.model).held(others, series, timed) if others else {}
    kept = [identity for identity in others if identity not in running]
    there = chosen.experiments(asked, kept) if kept else []
    if ended := [one for one in there if is_final(one)]:
        found |= asked.opened.columns.get(ended, series, timed)
    if begun := [one for one in there if not is_final(one)]:
        points = Comparison(begun).points(series, timed)
        found |= {identity: Held.of(parts[series]) for identity, parts in points.items() if series in parts}
    return found | {identity: held for identity, held in running.items() if held is not None}


def _begun(asked: Asked, ids: Sequence[str]) -> dict[str, float]:
    """Return when experiments began, in seconds since 1970, which never changes."""
    begun = asked.opened.begun
    missing = [identity for identity in ids if identity not in begun]
    if missing:
        begun.update({one.experiment_id: one.created_time.timestamp() for one in chosen.experiments(asked, missing)})
    return {identity: begun[identity] for identity in ids}


def _by_time(held: Held | None, begun: float) -> Curve:
    if held is None or held.timed is None:
        return _NOTHING
    return replace(held.timed, x=held.timed.x - begun) if begun else held.timed


def _by_metric(held: Held | None, other: Held | None) -> Curve:
    """Return values where another metric's values of the same steps are."""
    if held is None or other is None or not len(other.curve):
        return _NOTHING
    places = np.minimum(np.searchsorted(other.curve.x, held.curve.x), len(other.curve) - 1)
    paired = other.curve.x[places] == held.curve.x
    return Curve.of(other.curve.y[places[paired]], _values(held.curve)[paired])


def _values(curve: Curve) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the values as they were logged, those that are not finite among them."""
    if not len(curve.odd):
        return curve.y
    values = curve.y.copy()
    values[curve.odd] = curve.odd_values
    return values
