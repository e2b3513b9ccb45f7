"""What a transform did in a test."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from transforms.checks.results import CheckResult
from transforms.errors import NotFoundError, nearest
from transforms.run.reader import DatasetReader
from transforms.store.entry import Entry
from transforms.store.storage.base import Storage
from transforms.store.store import Store

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from palantir_models.reading.evaluation import RecordedEvaluation
    from palantir_models.reading.experiment import RecordedExperiment
    from palantir_models.reading.model import Model

_read_later: list[Storage] = []
"""Where Spark frames read that nobody may have asked yet: a temporary store that they need stays until the process ends."""


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
        if not any(one is self._reader.storage for one in _read_later):
            _read_later.append(self._reader.storage)
        return self._reader.spark()

    def rows(self) -> list[dict[str, Any]]:
        """Return its rows as dicts."""
        return self.polars().to_dicts()

    def column(self, name: str) -> list[Any]:
        """Return the values of one column.

        :param name: the column.
        :raises UnknownNameError: if there is none of that name; names the nearest.
        """
        frame = self.polars()
        if name not in frame.columns:
            raise UnknownNameError(
                f"{self.alias} has no column {name!r}.{nearest(name, frame.columns)} It has: {', '.join(frame.columns)}."
            )
        return frame[name].to_list()

    @property
    def holds_files(self) -> bool:
        """Whether it is a dataset of raw files, and none of rows."""
        return self._reader.view.holds_files

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
    """Results by the name that the transform gives them; a wrong name is answered with the nearest.

    :param kind: what they are, for messages.
    :param values: the results by name.
    :param absent: why there is none, for each name that might have had one.
    """

    def __init__(self, kind: str, values: Mapping[str, Any], absent: Mapping[str, str] | None = None) -> None:
        self._kind = kind
        self._values = dict(values)
        self._absent = dict(absent or {})

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            what = self._absent.get(name) or f"There is no {self._kind} {name!r}."
            known = {**self._values, **self._absent}
            raise UnknownNameError(f"{what}{nearest(name, known)} There are: {', '.join(self._values) or 'none'}.")
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{name!r}: {value!r}' for name, value in self._values.items())}}}"


class UnknownNameError(NotFoundError, KeyError):
    """A result was asked for by a name that the transform, or its output, does not have."""

    __str__ = Exception.__str__


@dataclass(frozen=True)
class TransformResult:
    """How a transform ended in a test, and what it left.

    Attributes:
        status: ``committed`` or ``aborted``.
        outputs: what it wrote, by parameter name; as the store has it, also after an abort.
        models: each model output as :func:`palantir_models.open_model` returns it, by parameter name: with ``versions``,
            ``experiments`` and ``load()``.
        experiments: every experiment that the run created, in order, as it is read back: with ``params``, ``status`` and
            ``metrics()``.
        evaluations: every evaluation that the run made, in order, as it is read back: with ``metrics``, ``subsets``,
            ``images()``, ``plots()`` and ``tables``.
        checks: what each check found, by its name; one that failed with ``WARN`` is among them.
        logs: what it logged with :mod:`logging`, at INFO and above.
        is_incremental: whether it went on from its last run.
        reason: why it did, or did not; empty for a transform that never does.
        entry: the ledger's row, None after an abort.
        seconds: how long the job took, commit included.
        store: where it ran; with the result, a temporary one goes.
        branch: the branch that it wrote.
    """

    status: str
    outputs: Mapping[str, Output]
    models: Mapping[str, Model]
    experiments: tuple[RecordedExperiment, ...]
    evaluations: tuple[RecordedEvaluation, ...]
    checks: Mapping[str, CheckResult]
    logs: tuple[logging.LogRecord, ...] = field(repr=False)
    is_incremental: bool
    reason: str
    entry: Entry | None = field(repr=False)
    seconds: float
    store: Store = field(repr=False)
    branch: str = field(repr=False)

    @property
    def output(self) -> Output:
        """The output of a transform that has one.

        :raises NotFoundError: if it has none or several: name the one that is meant, ``outputs["name"]``.
        """
        if len(self.outputs) != 1:
            raise NotFoundError(f"Name the output that is meant, outputs[...]: {', '.join(self.outputs) or 'none'}.")
        return next(iter(self.outputs.values()))

    @property
    def messages(self) -> list[str]:
        """The text of every log record."""
        return [record.getMessage() for record in self.logs]
