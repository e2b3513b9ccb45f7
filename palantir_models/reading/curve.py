"""Drawing many values in few points without losing a spike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_BARS = "▁▂▃▄▅▆▇█"


def kept_points(steps: npt.NDArray[np.int64], values: npt.NDArray[np.float64], columns: int) -> npt.NDArray[np.intp]:
    """Choose the values that a chart must draw to look as if it drew all of them.

    The steps are cut into columns of equal width; of each, the first, the last, the least and the greatest finite value
    are kept, and one of each kind that is not finite. So no extreme is lost, whatever the width.

    :param steps: rising.
    :param values: as many.
    :param columns: how many columns of pixels there are.
    :returns: the positions of the values to draw, rising: at most seven of a column.
    """
    import numpy as np

    count = len(values)
    if not count:
        return np.empty(0, np.intp)
    span = float(steps[-1]) - float(steps[0])
    share = (steps.astype(np.float64) - float(steps[0])) / (span or 1.0)
    column = np.minimum((share * columns).astype(np.intp), columns - 1)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    ends = np.append(starts[1:], count) - 1
    finite = np.isfinite(values)
    chosen = [starts, ends]
    chosen.append(_extreme(np.where(finite, values, np.inf), starts, ends, np.minimum))
    chosen.append(_extreme(np.where(finite, values, -np.inf), starts, ends, np.maximum))
    for kind in (np.isnan(values), np.isposinf(values), np.isneginf(values)):
        found = np.flatnonzero(kind)
        chosen.append(found[np.unique(column[found], return_index=True)[1]])
    return np.unique(np.concatenate(chosen))


def sparkline(values: npt.NDArray[np.float64], width: int = 24) -> str:
    """Return values as a line of bars; of the values that share a bar, the one farthest from the median is drawn.

    :param values: in the order of their steps; what is not finite is drawn as ``×``.
    :param width: how many bars at most.
    """
    import numpy as np

    finite = values[np.isfinite(values)]
    if not len(finite):
        return "×" * min(len(values), width)
    low, high, middle = float(finite.min()), float(finite.max()), float(np.median(finite))
    bars = []
    for part in np.array_split(values, min(width, len(values))):
        inside = part[np.isfinite(part)]
        if not len(inside):
            bars.append("×")
            continue
        value = float(inside[np.argmax(np.abs(inside / 2 - middle / 2))])
        share = (value / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.0
        bars.append(_BARS[min(int(share * len(_BARS)), len(_BARS) - 1)])
    return "".join(bars)


def _extreme(
    values: npt.NDArray[np.float64], starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp], extreme: np.ufunc
) -> npt.NDArray[np.intp]:
    """Return the position of the first extreme value of each column."""
    import numpy as np

    reached = extreme.reduceat(values, starts)
    hits = np.flatnonzero(values == np.repeat(reached, ends - starts + 1))
    return hits[np.searchsorted(hits, starts)]
