"""Cutting series into as many pieces as a chart has pixels, so that no spike is lost: pure functions of arrays.

Every piece keeps its least, its greatest and its last value. What is not finite is no value of a piece; it is counted apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
_NONE: Places = np.empty(0, np.intp)


@dataclass(frozen=True, eq=False)
class Curve:
    """A series as it is drawn.

    Attributes:
        x: where each value lies; never falling, all finite.
        y: as many values, NaN where one is not finite.
        odd: the places of those that are not finite, rising.
        odd_values: these values.
    """

    x: Floats
    y: Floats
    odd: Places
    odd_values: Floats

    @classmethod
    def of(cls, x: Floats, values: Floats) -> Curve:
        """Return the curve of values; those whose ``x`` is not finite are left out.

        :param x: where they lie, in any order.
        :param values: as many.
        """
        if not np.isfinite(x).all():
            there = np.isfinite(x)
            x, values = x[there], values[there]
        if (x[1:] < x[:-1]).any():
            order = np.argsort(x, kind="stable")
            x, values = x[order], values[order]
        return cls.rising(x, values)

    @classmethod
    def rising(cls, x: Floats, values: Floats) -> Curve:
        """Return the curve of values that lie in order.

        :param x: where they lie; never falling, all finite.
        :param values: as many.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            total = values.sum()
        if np.isfinite(total):  # then each of them is, and none has to be looked at
            return cls(x, values, _NONE, values[:0])
        odd = np.flatnonzero(~np.isfinite(values))
        y = values.copy()
        y[odd] = np.nan
        return cls(x, y, odd, values[odd])

    def __len__(self) -> int:
        return len(self.x)

    def between(self, low: float, high: float) -> slice:
        """Return the places of the values from one ``x`` to another, both included."""
        return slice(int(np.searchsorted(self.x, low, "left")), int(np.searchsorted(self.x, high, "right")))

    def odd_between(self, places: slice) -> slice:
        """Return which of the values that are not finite lie at some places."""
        return slice(int(np.searchsorted(self.odd, places.start)), int(np.searchsorted(self.odd, places.stop)))


@dataclass(frozen=True, eq=False)
class Cut:
    """A curve in pieces; NaN where a piece has no finite value.

    Attributes:
        low: the least value of each piece.
        high: its greatest.
        last: its last.
    """

    low: Floats
    high: Floats
    last: Floats


def edges(low: float, high: float, width: int) -> Floats:
    """Return where pieces of equal width begin and end: one edge more than there are pieces.

    :param low: where the first begins.
    :param high: where the last ends.
    :param width: how many pieces.
    """
    # Halves first, as the difference of two large numbers may be beyond what a float holds.
    share = np.linspace(0.0, 1.0, width + 1)
    found: Floats = low * (1 - share) + high * share
    found[0], found[-1] = low, high
    return np.maximum.accumulate(np.clip(found, low, high))


def cut(curve: Curve, bounds: Floats) -> Cut:
    """Cut a curve into the pieces between bounds; a value on a bound belongs to the piece that it begins.

    :param curve: the curve.
    :param bounds: rising; the last one ends the last piece, which a value on it belongs to.
    """
    places = np.searchsorted(curve.x, bounds[:-1], "left")
    end = int(np.searchsorted(curve.x, bounds[-1], "right"))
    stops = np.append(places[1:], end)
    full = np.flatnonzero(stops > places)
    low, high, last = (np.full(len(places), np.nan) for _ in range(3))
    if len(full):
        starts = places[full]
        values = curve.y[:end]
        low[full] = np.fmin.reduceat(values, starts)
        high[full] = np.fmax.reduceat(values, starts)
        last[full] = values[_last_finite(curve, starts, stops[full])]
    return Cut(low, high, last)


def union(curves: list[Curve], places: list[slice]) -> tuple[Floats, list[Floats]]:
    """Put curves on one ``x``, which has every one of theirs; of several values at one place the last counts.

    :param curves: the curves.
    :param places: which values of each.
    :returns: the ``x``, and the values of each curve, NaN where it has none.
    """
    x = np.unique(np.concatenate([np.empty(0), *(one.x[part] for one, part in zip(curves, places, strict=True))]))
    columns = []
    for one, part in zip(curves, places, strict=True):
        column = np.full(len(x), np.nan)
        column[np.searchsorted(x, one.x[part])] = one.y[part]
        columns.append(column)
    return x, columns


def _last_finite(curve: Curve, starts: Places, stops: Places) -> Places:
    """Return the place of the last finite value of each piece; of one that has none, of any of its values."""
    last = stops - 1
    if not len(curve.odd):
        return last
    # Where a piece ends in a stretch of values that are not finite, the place before that stretch is looked at.
    nearest = np.minimum(np.searchsorted(curve.odd, last), len(curve.odd) - 1)
    stretches = curve.odd - np.arange(len(curve.odd))  # the same number for all places of one
    before = curve.odd[np.searchsorted(stretches, stretches[nearest])] - 1
    return np.where((curve.odd[nearest] == last) & (before >= starts), before, last)
