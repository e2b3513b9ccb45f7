"""What a transform did in a test."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from transforms.errors import NotFoundError, nearest
from transforms.run.reader import DatasetReader
from transforms.store.entry import Entry

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


class Output:
    """A dataset as the job left it.

    :param alias: its alias.
    :param reader: reads the committed version.
    """

    def __init__(self, alias: str, reader: DatasetReader) -> None:
        self.alias = alias
        self._reader = reader

    def polars(self) -> pl.DataFrame:
        """Return its rows as a Polars frame."""
        frame: Any = self._reader.polars()
        return frame  # type: ignore[no-any-return]

    def pandas(self) -> pd.DataFrame:
        """Return its rows as a pandas frame."""
        return self._reader.pandas()

    def arrow(self) -> pa.Table:
        """Return its rows as a PyArrow table."""
        return self._reader.arrow()

    def dataframe(self) -> Any:
        """Return its rows as a Spark DataFrame."""
        return self._reader.spark()

    def rows(self) -> list[dict[str, Any]]:
        """Return its rows as dicts."""
        return self.polars().to_dicts()

    def files(self) -> dict[str, bytes]:
        """Return its files' bytes by path, for a dataset of raw files."""
        return {path: file.local().read_bytes() for path, (_, file) in self._reader.listing().items()}

    @property
    def column_descriptions(self) -> dict[str, str]:
        """The description of each column that has one."""
        return self._reader.view.column_descriptions

    def __repr__(self) -> str:
        view = self._reader.view
        count, noun = view.row_count(), "file" if view.holds_files else "row"
        return f"<Output {self.alias!r}, {count:,} {noun}{'' if count == 1 else 's'}, version {view.version}>"


class Named(Mapping[str, Any]):
    """Results by the name that the transform gives them; a wrong name is answered with the nearest."""

    def __init__(self, kind: str, values: Mapping[str, Any]) -> None:
        self._kind = kind
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            raise UnknownNameError(
                f"There is no {self._kind} {name!r}.{nearest(name, self._values)} There are: "
                f"{', '.join(self._values) or 'none'}."
            )
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{name!r}: {value!r}' for name, value in self._values.items())}}}"


class UnknownNameError(NotFoundError, KeyError):
    """A result was asked for by a name that the transform does not have."""

    __str__ = Exception.__str__


@dataclass(frozen=True)
class TransformResult:
    """How a transform ended in a test, and what it left.

    Attributes:
        status: ``committed`` or ``aborted``.
        outputs: what it wrote, by parameter name; as the store has it, also after an abort.
        models: what each model output published, by parameter name: objects with ``versions`` and ``load()``.
        experiments: every experiment it created, in order.
        logs: what it logged with :mod:`logging`, at INFO and above.
        entry: the ledger's row, None after an abort.
        seconds: how long the job took, commit included.
    """

    status: str
    outputs: Mapping[str, Output]
    models: Mapping[str, Any]
    experiments: tuple[Any, ...]
    logs: tuple[logging.LogRecord, ...] = field(repr=False)
    entry: Entry | None = field(repr=False)
    seconds: float

    @property
    def messages(self) -> list[str]:
        """The text of every log record."""
        return [record.getMessage() for record in self.logs]
