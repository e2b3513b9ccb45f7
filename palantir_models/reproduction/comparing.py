"""What differs between what was published and what was built again: pure functions of values that were read."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from palantir_models.adapter.code.keeping import FOLDER
from palantir_models.experiment.columns.points import Points
from palantir_models.model.saving import TRAINING
from palantir_models.reproduction.outcome import Compared
from transforms.common.text import counted

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_LISTED = 3
_OF_CODE = (FOLDER, TRAINING)


def compare_metrics(
    published: Mapping[str, Points], again: Mapping[str, Points], tolerance: float = 0.0, ignored: Sequence[str] = ()
) -> Iterator[Compared]:
    """Yield how each metric series compares: by its steps and values; times are not looked at.

    :param published: the points by series.
    :param again: those that were built again.
    :param tolerance: the largest difference of two values that counts as none, as a part of the larger one.
    :param ignored: patterns of series that are left out, such as ``time/*``.
    """
    for name in dict.fromkeys([*published, *again]):
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in ignored):
            continue
        if name not in published or name not in again:
            yield Compared("metric", name, "different", _only(name in published))
        else:
            yield _series(name, published[name], again[name], tolerance)


def _series(name: str, published: Points, again: Points, tolerance: float) -> Compared:
    import numpy as np

    shared = min(len(published), len(again))
    is_off = published.steps[:shared] != again.steps[:shared]
    differs = _differ(published.values[:shared], again.values[:shared], tolerance)
    wrong = np.flatnonzero(is_off | differs)
    if len(wrong):
        first = int(wrong[0])
        at, other = int(published.steps[first]), int(again.steps[first])
        values = f"{float(published.values[first])!r} and {float(again.values[first])!r}"
        where = f"step {at}" if at == other else f"steps {at} and {other}"
        return Compared("metric", name, "different", f"first at {where}: {values}")
    if len(published) != len(again):
        longer = published if len(published) > shared else again
        one, two = counted(len(published), "value"), counted(len(again), "value")
        return Compared("metric", name, "different", f"{one} and {two}: from step {int(longer.steps[shared])} on")
    values = counted(shared, "value")
    if not np.any(_differ(published.values, again.values, 0.0)):
        return Compared("metric", name, "equal", values)
    return Compared(
        "metric", name, "within tolerance", f"{values}, {_farthest(published.values, again.values):.2g} apart at most"
    )


def _differ(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64], tolerance: float) -> npt.NDArray[np.bool_]:
    """Return which values differ; NaN equals NaN, and an infinity itself alone."""
    import numpy as np

    same = (one == other) | (np.isnan(one) & np.isnan(other))
    if tolerance:
        finite = np.isfinite(one) & np.isfinite(other)
        with np.errstate(invalid="ignore", over="ignore"):
            same |= finite & (np.abs(one - other) <= tolerance * np.maximum(np.abs(one), np.abs(other)))
    found: npt.NDArray[np.bool_] = ~same
    return found


def _farthest(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        parts = np.abs(one - other) / np.maximum(np.abs(one), np.abs(other))
    return float(np.nanmax(parts))


def compare_hyperparameters(published: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[Compared]:
    """Yield how the hyperparameters compare, by type and value; nothing where neither has any."""
    differing = [
        f"{name}: {_told(published, name)} and {_told(again, name)}"
        for name in dict.fromkeys([*published, *again])
        if _told(published, name) != _told(again, name)
    ]
    if published or again:
        detail = _listed(differing) or ", ".join(published)
        yield Compared(
            "hyperparameters", counted(len(published), "value"), "different" if differing else "equal", detail
        )


def _told(values: Mapping[str, Any], name: str) -> str:
    return repr(values[name]) if name in values else "none"  # by type too: 1, 1.0 and True say different things


def compare_sums(published: Mapping[str, str], again: Mapping[str, str]) -> Iterator[Compared]:
    """Yield how the saved files compare, by their SHA-256 sums.

    A version that was published before code was kept has none, which is no difference.

    :param published: the sum of each file by its path.
    :param again: those that were built again.
    """
    new = tuple(f"{folder}/" for folder in _OF_CODE if not any(name.startswith(f"{folder}/") for name in published))
    for name in sorted({*published, *(name for name in again if not name.startswith(new))}):
        if name not in published or name not in again:
            yield Compared("artifact", name, "different", _only(name in published))
        else:
            is_equal = published[name] == again[name]
            yield Compared(
                "artifact", name, "equal" if is_equal else "different", "" if is_equal else "another SHA-256 sum"
            )


Places = Mapping[tuple[str, int], Any]
"""What was logged at each step of each series."""


def compare_media(kind: str, published: Places, again: Places) -> Iterator[Compared]:
    """Yield how what was logged as images or plots compares, series by series.

    :param kind: ``image`` or ``plot``.
    :param published: the contents by series and step.
    :param again: those that were built again.
    """
    for series in dict.fromkeys(name for name, _ in [*published, *again]):
        steps = sorted({step for name, step in [*published, *again] if name == series})
        wrong = [step for step in steps if published.get((series, step)) != again.get((series, step))]
        detail = f"first at step {wrong[0]}, {len(wrong)} of {len(steps)}" if wrong else counted(len(steps), "step")
        yield Compared(kind, series, "different" if wrong else "equal", detail)


def compare_tables(published: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[Compared]:
    """Yield how logged tables compare, by their columns and rows in their order.

    :param published: Polars frames by name.
    :param again: those that were built again.
    """
    for name in dict.fromkeys([*published, *again]):
        if name not in published or name not in again:
            yield Compared("table", name, "different", _only(name in published))
            continue
        one, other = published[name], again[name]
        is_equal = one.schema == other.schema and one.equals(other)
        yield Compared("table", name, "equal" if is_equal else "different", f"{one.height:,} and {other.height:,} rows")


def _only(is_published: bool) -> str:
    return "it was not made again" if is_published else "it was not there before"


def _listed(parts: Sequence[str]) -> str:
    more = f" and {len(parts) - _LISTED} more" if len(parts) > _LISTED else ""
    return "; ".join(parts[:_LISTED]) + more
