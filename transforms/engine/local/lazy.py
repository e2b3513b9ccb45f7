"""A lazy Polars frame that says what to do in a forked process, where Polars itself would wait for ever."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import polars as pl

from transforms.common.forks import need_threads


class PinnedFrame(pl.LazyFrame):
    """A lazy frame over a pinned version; so is what its methods make of it.

    Everything that Polars does with a lazy frame begins at its plan, ``_ldf``. Asking for that is what is refused in a forked
    process, so that collecting, writing and joining it all are.
    """

    _plan: Any  # bytes as long as nobody asked, where the frame was sent

    @classmethod
    def of(cls, frame: pl.LazyFrame) -> PinnedFrame:
        """Return a frame as one of this class."""
        made = cls.__new__(cls)
        made._ldf = frame._ldf
        return made

    @property
    def _ldf(self) -> Any:
        need_threads("Using a lazy Polars frame")
        if isinstance(self._plan, bytes):
            self._plan = pl.LazyFrame.deserialize(BytesIO(self._plan))._ldf
        return self._plan

    @_ldf.setter
    def _ldf(self, plan: Any) -> None:
        self._plan = plan

    def __setstate__(self, state: bytes) -> None:
        # Nothing is begun while a task is unpickled: a pool's worker would die of it, and the pool wait for ever.
        self._plan = state
