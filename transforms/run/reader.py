"""One version of a dataset, in whatever form a compute function asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from transforms.common.paths import within
from transforms.errors import DataError, UsageError
from transforms.run.content import Content
from transforms.run.file_rows import committed_files
from transforms.run.files import FileStatus
from transforms.run.listed_files import ReadingJob
from transforms.store.additions import AddedFile
from transforms.store.features import can_read, can_read_whole, unreadable
from transforms.store.ledger import Ledger
from transforms.store.storage.base import Storage, StoredFile
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


@dataclass(frozen=True)
class SentView:
    """A version of a dataset on its way to another process.

    Attributes:
        storage: the store's storage.
        name: the table's folder, relative to the root.
        version: the version.
        seq: the ledger row that last wrote it.
        files: the files of a dataset of raw files; None where it holds rows.
    """

    storage: Storage
    name: str
    version: int
    seq: int
    files: Mapping[str, tuple[FileStatus, StoredFile]] | None

    def open(self) -> TableView:
        """Open the version here."""
        table = self.storage.delta.open(self.name)
        if table is None:
            raise DataError(f"{self.storage.uri(self.name)} is gone.")
        table.load_as_version(self.version)
        return TableView(self.storage, self.name, table, self.version, self.seq, Ledger(self.storage))


class DatasetReader(Content):
    """Reads a pinned version of a dataset, or what was added to it, as frames or as files.

    It can be sent to another process, where it reads the same.

    :param name: the dataset, as messages name it.
    :param view: the version.
    :param job: the running job; None in another process.
    :param part: the data files that are read; all of the version when None.
    """

    def __init__(
        self, name: str, view: TableView | SentView, job: ReadingJob | None, part: Sequence[AddedFile] | None = None
    ) -> None:
        super().__init__(name, job)
        self._given = view
        self._part = part

    @cached_property
    def view(self) -> TableView:
        """The version."""
        return self._given.open() if isinstance(self._given, SentView) else self._given

    @property
    def storage(self) -> Storage:
        """Where the dataset lies."""
        return self._given.storage

    def polars(self, lazy: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Return the rows as a Polars frame, or as a lazy one."""
        from transforms.engine.local import reading

        self._need_rows("polars()")
        read = reading.lazy_polars if self._is_lazy(lazy) else reading.read_polars
        return read(self.view, self._part)

    def _is_lazy(self, lazy: Any) -> bool:
        if lazy in ("current", "added"):  # read modes of an incremental run, without which both mean everything
            return False
        if isinstance(lazy, str):
            raise UsageError(
                f"{self.name}: polars({lazy!r}): a read mode is for incremental runs; without, a dataset is read whole: "
                f"polars(), or polars(lazy=True)."
            )
        return bool(lazy)

    def arrow(self) -> pa.Table:
        """Return the rows as an Arrow table."""
        from transforms.engine.local import reading

        self._need_rows("arrow()")
        return reading.read_arrow(self.view, self._part)

    def pandas(self) -> pd.DataFrame:
        """Return the rows as a pandas frame."""
        from transforms.engine.local import reading

        self._need_rows("pandas()")
        return reading.read_pandas(self.view, self._part)

    def spark(self, call: str = "dataframe()") -> Any:
        """Return the rows as a Spark DataFrame.

        :param call: what asks for it, for messages.
        """
        from transforms.engine.spark.reading import read_dataframe

        self._need_rows(call)
        engine = self._running(call).spark(f"{self.name}: {call}", ".pandas() or .polars()")
        return read_dataframe(engine, self.view, self.name, self._part)

    def listing(self) -> Mapping[str, tuple[FileStatus, StoredFile]]:
        """Return every file of the dataset; for rows, the Parquet files that hold them."""
        return self._listing

    @cached_property
    def _listing(self) -> Mapping[str, tuple[FileStatus, StoredFile]]:
        if isinstance(self._given, SentView) and self._given.files is not None:
            return self._given.files
        if self.view.holds_files:
            return committed_files(self.view, self.name, self._part)
        if not can_read(self.view.table, "files" if self._part is None else "added files"):
            call = ".polars(), .pandas() or .arrow()" if can_read_whole(self.view.table) else "Spark's dataframe()"
            raise unreadable(
                self.view.table, self.name, "its Parquet files alone do not show", f"Read its rows with {call}"
            )
        return _data_listing(self.view, self.name, self._part)

    def _own_folder(self) -> str | None:
        # Beside the files of rows that were added lie those that were there.
        return None if self._part is not None and not self.view.holds_files else super()._own_folder()

    def __reduce__(self) -> Any:
        view = self._given
        if not isinstance(view, SentView):
            files = self.listing() if view.holds_files else None
            view = SentView(view.storage, view.name, view.version, view.seq, files)
        return DatasetReader, (self.name, view, None, self._part)

    def _need_rows(self, call: str) -> None:
        if not self.view.holds_files:
            return
        if self._job is not None and (transform := self._job.left_unwritten(self.view)) is not None:
            raise DataError(
                f"{self.name} has neither rows nor columns, so {call} cannot read it: {transform}, which made it in commit "
                f"#{self.view.seq}, returned without writing it. Let it write a frame with .write_table(df) and build it "
                f"again."
            )
        raise DataError(
            f"{self.name} holds raw files and has no columns, so {call} cannot read it; read its files with "
            f".filesystem().ls() and .filesystem().open(name)."
        )


def _data_listing(
    view: TableView, name: str, part: Sequence[AddedFile] | None
) -> dict[str, tuple[FileStatus, StoredFile]]:
    folder = view.storage.shareable(view.name)
    if part is None:
        there = [(path, status.size, status.modified) for path, status in view.data_files()]
    else:
        there = [(file.path, file.size, file.modified) for file in part]
    found = {}
    for path, size, modified in there:
        if folder is not None:
            within(folder, path, name)
        place = StoredFile(view.storage, f"{view.name}/{path}")
        found[path] = (FileStatus(path, size, int(modified * 1000)), place)
    return found
