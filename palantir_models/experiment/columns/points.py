"""Rows of series as arrays: cut where a series begins, and sorted only if they do not lie in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl


@dataclass(frozen=True, eq=False)
class Points:
    """The values of one metric series.

    Attributes:
        steps: the steps (int64), rising.
        values: as many values (float64); they may be NaN or infinite.
        timestamps: when each was logged (datetime64, microseconds in UTC); None where nobody asked for it.
    """

    steps: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    timestamps: npt.NDArray[np.datetime64] | None = None

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        steps = f", steps {self.steps[0]} to {self.steps[-1]}" if len(self) else ""
        return f"<Points: {len(self):,} values{steps}>"


def points_by(rows: pl.DataFrame, keys: Sequence[str]) -> dict[tuple[str, ...], Points]:
    """Cut rows into series. The arrays are views of the rows' columns, which live as long as one of them.

    :param rows: the columns ``step`` and ``value``, ``timestamp`` where it is wanted, and the keys.
    :param keys: the columns that tell a series from another, all of text.
    :returns: the points by the values of the keys.
    """
    steps = rows["step"].to_numpy()
    starts, names, is_whole = _cut(rows, keys, steps)
    if not is_whole:
        rows = rows.sort(*keys, "step")
        steps = rows["step"].to_numpy()
        starts, names, _ = _cut(rows, keys, steps)
    columns = [steps, *(rows[name].to_numpy() for name in ("value", "timestamp") if name in rows.columns)]
    bounds = [*starts, rows.height]
    parts = zip(names, bounds, bounds[1:], strict=False)  # there is one bound more than parts
    return {name: Points(*(column[begin:end] for column in columns)) for name, begin, end in parts}


def ordered(rows: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Return rows ordered by keys and ``step``, looking first whether they are, as what was logged mostly lies so.

    :param rows: the column ``step``, and the keys.
    :param keys: the columns that tell a series from another.
    """
    import polars as pl

    starts, names, is_whole = _cut(rows, keys, rows["step"].to_numpy())
    if not is_whole:
        return rows.sort(*keys, "step")
    places = sorted(range(len(names)), key=names.__getitem__)
    if places == list(range(len(names))):
        return rows
    bounds = [*starts, rows.height]
    return pl.concat([rows.slice(starts[place], bounds[place + 1] - starts[place]) for place in places], rechunk=True)


def _cut(
    rows: pl.DataFrame, keys: Sequence[str], steps: npt.NDArray[np.int64]
) -> tuple[list[int], list[tuple[str, ...]], bool]:
    """Return where series begin, which, and whether each lies in one piece whose steps rise."""
    import numpy as np
    import polars as pl

    if not rows.height:
        return [], [], True
    changes = pl.any_horizontal(pl.col(key).ne_missing(pl.col(key).shift()) for key in keys)
    starts = rows.select(changes.arg_true()).to_series().to_numpy()
    names = rows[starts].select(keys).rows()
    falls = np.flatnonzero(steps[1:] <= steps[:-1]) + 1
    return starts.tolist(), names, len(set(names)) == len(names) and bool(np.isin(falls, starts).all())
