"""The inputs of an incremental transform: read by what came since its last run."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

from transforms.common.forks import need_threads
from transforms.errors import DataError, UnavailableError
from transforms.run.files import FileSystem, FoundryDataSidecarFileSystem
from transforms.run.inputs import LightweightInput, TransformInput, plain_input, transaction_rid
from transforms.run.listed_files import ReadingJob
from transforms.run.read_modes import by_place, read_mode
from transforms.run.reader import DatasetReader
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from transforms.run.window import Window


class WindowReader:
    """Reads what one run sees of an input, by read mode.

    ============ ======================================= =====================
    read mode    incremental run                         run on everything
    ============ ======================================= =====================
    added        what came since the last run            all
    current      all                                     all
    previous     what the last run read                  nothing
    ============ ======================================= =====================

    A snapshot input is read as in a run on everything, always. What is nothing has the columns of what is all.

    :param name: the dataset, as messages name it.
    :param window: what the run sees.
    :param job: the running job.
    """

    def __init__(self, name: str, window: Window, job: ReadingJob) -> None:
        self.name = name
        self._window = window
        self._job = job
        self.current = DatasetReader(name, window.current, job)
        self.added = self.current
        if window.added is not None:
            self.added = DatasetReader(name, window.current, job, window.added)

    @cached_property
    def previous(self) -> DatasetReader:
        """Reads what the last run read; opened when it is first asked for.

        :raises DataError: if that was vacuumed since.
        """
        current, before = self._window.current, self._window.previous
        if before is None:
            return DatasetReader(self.name, current, self._job, ())
        _need_files(self.name, before, current)
        return DatasetReader(self.name, before, self._job)

    def of(self, mode: Any, call: str) -> DatasetReader:
        """Return the reader of a read mode.

        :param mode: the read mode.
        :param call: what asks for it, for messages.
        :raises UsageError: if there is no such mode.
        """
        reader: DatasetReader = getattr(self, read_mode(mode, f"{self.name}: {call}({mode!r})"))
        return reader

    @cached_property
    def start_transaction_rid(self) -> str | None:
        """The last transaction that the last run read; None in a run on everything."""
        before = self._window.previous
        return None if before is None else transaction_rid(before.seq)

    def __getstate__(self) -> dict[str, Any]:
        # In another process there is no job; what it could read can be read there.
        sent = ("name", "added", "current", "previous", "start_transaction_rid")
        return {name: getattr(self, name) for name in sent}


def _need_files(name: str, before: TableView, current: TableView) -> None:
    """Refuse an earlier version whose files were merged into others, and are vacuumed since."""
    merged = sorted(set(before.file_paths()) - set(current.file_paths()))
    gone = before.gone(merged)
    if gone:
        raise DataError(
            f"{name}: what the last run read, version {before.version}, cannot be read any more: its file {gone[0]} is gone, so "
            f"the table was vacuumed. Read 'current', or keep old files for as long as a run may be away."
        )


class IncrementalTransformInput(TransformInput):
    """An input of an incremental ``@transform``.

    Follows the public page transforms-python/api-incrementaltransforminput.

    :param tinput: the input that is read incrementally.
    :param prev_txrid: the last transaction that the previous run read.
    :param batch_end_txrid: the last transaction that this run reads.
    """

    _window: WindowReader | None = None

    def __init__(
        self, tinput: TransformInput, prev_txrid: str | None = None, batch_end_txrid: str | None = None
    ) -> None:
        vars(self).update(vars(tinput))
        self._txrange = (prev_txrid, batch_end_txrid)
        self._dataframes: dict[DatasetReader, Any] = {}

    @property
    def start_transaction_rid(self) -> str | None:
        """The last transaction that the previous run read; None where it read none."""
        return self._txrange[0] if self._window is None else self._window.start_transaction_rid

    def dataframe(self, mode: str = "added") -> Any:
        """Return rows as a Spark DataFrame, the same one each time.

        :param mode: ``added`` for those that came since the last run, ``current`` for all, ``previous`` for those that the
            last run read.
        :raises UsageError: if the mode is another word.
        :raises MissingExtraError: if something that Spark needs is missing, or ``--engine local`` rules it out.
        """
        reader = self._reader(mode, "dataframe")
        need_threads(f"{reader.name}: dataframe()")  # in a forked process, also of one that is there
        if reader not in self._dataframes:
            self._dataframes[reader] = reader.spark()
        return self._dataframes[reader]

    def pandas(self) -> pd.DataFrame:
        """Return the added rows as a pandas frame."""
        return self._reader("added", "pandas").pandas()

    @overload
    def polars(self, lazy: Literal[False] = False, mode: str = "added") -> pl.DataFrame: ...
    @overload
    def polars(self, lazy: Literal[True], mode: str = "added") -> pl.LazyFrame: ...
    @overload
    def polars(self, lazy: bool, mode: str = "added") -> pl.DataFrame | pl.LazyFrame: ...

    def polars(self, lazy: bool = False, mode: str = "added") -> pl.DataFrame | pl.LazyFrame:
        """Return rows as a Polars frame, or as a lazy one; beyond Foundry's own methods.

        :param lazy: True for a LazyFrame.
        :param mode: as for :meth:`dataframe`; it may stand in the first place.
        """
        lazy, mode, _ = by_place(lazy, mode)
        return self._reader(mode, "polars").polars(lazy)

    def arrow(self, mode: str = "added") -> pa.Table:
        """Return rows as a PyArrow table; beyond Foundry's own methods.

        :param mode: as for :meth:`dataframe`.
        """
        return self._reader(mode, "arrow").arrow()

    def filesystem(self, mode: str = "added") -> FileSystem:
        """Return files, for reading.

        :param mode: as for :meth:`dataframe`.
        """
        return FileSystem(self._reader(mode, "filesystem"), read_only=True)

    def _reader(self, mode: str, call: str) -> DatasetReader:
        return _given(self._window, call).of(mode, call)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_dataframes": {}}


class IncrementalLightweightInput(LightweightInput):
    """An input of an incremental single-node transform.

    Follows the public page transforms-python/api-incrementallightweightinput.

    :param alias: the dataset's path or RID.
    :param rid: its RID.
    :param branch: the branch it is read on.
    """

    _window: WindowReader | None = None

    @property
    def start_transaction_rid(self) -> str | None:
        """The last transaction that the previous run read; None where it read none."""
        return None if self._window is None else self._window.start_transaction_rid

    def dataframe(self, mode: str = "added") -> pd.DataFrame:
        """Return rows as a pandas frame.

        :param mode: ``added`` for those that came since the last run, ``current`` for all, ``previous`` for those that the
            last run read.
        :raises UsageError: if the mode is another word.
        """
        return self._of(mode, "dataframe").pandas()

    def pandas(self, mode: str = "added") -> pd.DataFrame:
        """Return rows as a pandas frame.

        :param mode: as for :meth:`dataframe`.
        """
        return self._of(mode, "pandas").pandas()

    @overload
    def polars(self, lazy: Literal[False] = False, mode: str = "added") -> pl.DataFrame: ...
    @overload
    def polars(self, lazy: Literal[True], mode: str = "added") -> pl.LazyFrame: ...
    @overload
    def polars(self, lazy: bool, mode: str = "added") -> pl.DataFrame | pl.LazyFrame: ...

    def polars(self, lazy: bool = False, mode: str = "added") -> pl.DataFrame | pl.LazyFrame:
        """Return rows as a Polars frame.

        :param lazy: True for a LazyFrame, which reads only what a query needs.
        :param mode: as for :meth:`dataframe`; it may stand in the first place.
        """
        lazy, mode, _ = by_place(lazy, mode)
        return self._of(mode, "polars").polars(lazy)

    def arrow(self, mode: str = "added") -> pa.Table:
        """Return rows as a PyArrow table.

        :param mode: as for :meth:`dataframe`.
        """
        return self._of(mode, "arrow").arrow()

    def path(self, mode: str = "added") -> str:
        """Return a local folder with files under their own names; it lives as long as the job.

        :param mode: as for :meth:`dataframe`.
        """
        return self._of(mode, "path").path()

    def filesystem(self, mode: str = "added") -> FoundryDataSidecarFileSystem:
        """Return files, for reading.

        :param mode: as for :meth:`dataframe`.
        """
        return FoundryDataSidecarFileSystem(self._of(mode, "filesystem"), read_only=True, read_mode=mode)

    def _of(self, mode: str, call: str) -> DatasetReader:
        return _given(self._window, call).of(mode, call)


def _given(window: WindowReader | None, call: str) -> WindowReader:
    if window is None:
        raise UnavailableError(f"{call}(): this input was made by hand; a job gives its function inputs it can read.")
    return window


def incremental_input(
    window: WindowReader, rid: str, branch: str, lightweight: bool
) -> IncrementalLightweightInput | IncrementalTransformInput:
    """Return what the compute function of an incremental job reads a dataset with.

    :param window: reads what the run sees of it.
    :param rid: its RID.
    :param branch: the branch it was found on.
    :param lightweight: whether the job runs on a single node by its declaration.
    """
    if lightweight:
        light = IncrementalLightweightInput(window.name, rid, branch)
        # Of this module, whose constructors have Foundry's signatures.
        light._reader, light._window = window.current, window  # noqa: SLF001
        return light
    plain = plain_input(window.current, rid, branch)
    made = IncrementalTransformInput(plain, None, plain.end_transaction_rid)
    made._window = window  # noqa: SLF001
    return made
