"""Rows that were not read yet, in the library of the reader's choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from palantir_models.display import note, scrolling
from palantir_models.experiment.columns.points import ordered

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_SHOWN = 10


class Frame:
    """Rows of a store, read when one of the methods asks for them.

    :param rows: the rows, as a lazy Polars frame.
    :param keys: the columns of text that rows are ordered by, and behind them by ``step``; as they are when not given.
    """

    def __init__(self, rows: pl.LazyFrame, keys: Sequence[str] = ()) -> None:
        self._rows = rows
        self._keys = tuple(keys)

    @overload
    def polars(self, lazy: Literal[False] = False) -> pl.DataFrame: ...
    @overload
    def polars(self, lazy: Literal[True]) -> pl.LazyFrame: ...
    def polars(self, lazy: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Return the rows as a Polars frame.

        :param lazy: return a ``LazyFrame``, so that only what is asked of it is read.
        """
        if lazy:
            return self._rows.sort(*self._keys, "step") if self._keys else self._rows
        return ordered(self._rows.collect(), self._keys) if self._keys else self._rows.collect()

    def pandas(self) -> pd.DataFrame:
        """Return the rows as a pandas frame.

        :raises DataError: if pandas has nothing for a value.
        """
        from transforms.engine.local.pandas_frames import pandas_frame

        return pandas_frame(self.arrow(), "these rows")

    def arrow(self) -> pa.Table:
        """Return the rows as an Arrow table."""
        return self.polars().to_arrow()

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._rows.collect_schema().names()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> Any:
        # For every library that speaks Arrow: duckdb.sql("FROM frame"), pandas.DataFrame.from_arrow(frame), …
        return self.arrow().__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        head = self.polars(lazy=True).head(_SHOWN + 1).collect()
        end = "" if head.height <= _SHOWN else f"\nthe first {_SHOWN} rows; .polars(), .pandas() or .arrow() reads all"
        return f"{head.head(_SHOWN)}{end}"

    def _repr_html_(self) -> str:
        head = self.polars(lazy=True).head(_SHOWN + 1).collect()
        more = f"The first {_SHOWN} rows; .polars(), .pandas() or .arrow() reads all." if head.height > _SHOWN else ""
        return scrolling(head.head(_SHOWN)._repr_html_()) + note(more)
