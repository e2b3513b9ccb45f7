"""One version of a dataset, in whatever form a compute function asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from transforms.common.paths import within
from transforms.errors import DataError, UnavailableError, UsageError
from transforms.run.file_rows import committed_files
from transforms.run.files import FileStatus
from transforms.run.scope import process_folder
from transforms.store.features import can_read, can_read_whole, unreadable
from transforms.store.ledger import Ledger
from transforms.store.storage.base import Storage, StoredFile
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from transforms.engine.spark.engine import SparkEngine


_THREADS = 8


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


class ReadingJob(Protocol):
    """What reading asks of its job."""

    def spark(self, call: str, instead: str) -> SparkEngine:
        """Return Spark; ``call`` asks for it, ``instead`` would do without."""

    def temporary_folder(self) -> Path:
        """Return a new folder that lives as long as the job."""

    def remote_folder(self) -> str:
        """Return the name of a new folder of the store's storage that lives as long as the job."""

    def left_unwritten(self, view: TableView) -> str | None:
        """Return the transform that returned without writing this version of a dataset; None where it was written."""


class DatasetReader:
    """Reads a pinned version of a dataset as frames or as files.

    It can be sent to another process, where it reads the same version.

    :param name: the dataset, as messages name it.
    :param view: the version.
    :param job: the running job; None in another process.
    """

    def __init__(self, name: str, view: TableView | SentView, job: ReadingJob | None) -> None:
        self.name = name
        self._given = view
        self._job = job

    @cached_property
    def view(self) -> TableView:
        """The version."""
        return self._given.open() if isinstance(self._given, SentView) else self._given

    def polars(self, lazy: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Return the rows as a Polars frame, or as a lazy one."""
        from transforms.engine.local import reading

        self._need_rows("polars()")
        return reading.lazy_polars(self.view) if self._is_lazy(lazy) else reading.read_polars(self.view)

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
        return reading.read_arrow(self.view)

    def pandas(self) -> pd.DataFrame:
        """Return the rows as a pandas frame."""
        from transforms.engine.local import reading

        self._need_rows("pandas()")
        return reading.read_pandas(self.view)

    def spark(self, call: str = "dataframe()") -> Any:
        """Return the rows as a Spark DataFrame.

        :param call: what asks for it, for messages.
        """
        from transforms.engine.spark.reading import read_dataframe

        self._need_rows(call)
        engine = self._running(call).spark(f"{self.name}: {call}", ".pandas() or .polars()")
        return read_dataframe(engine, self.view, self.name)

    def spark_files(self, statuses: Sequence[FileStatus], packing: str | None) -> Any:
        """Return files as a Spark DataFrame."""
        from transforms.engine.spark.files import files_dataframe

        engine = self._running("filesystem().files()").spark(f"{self.name}: filesystem().files()", "filesystem().ls()")
        return files_dataframe(engine, statuses, packing)

    def prepare(self) -> None:
        """Nothing is written."""

    @property
    def base(self) -> StoredFile | None:
        """None: there is no folder for new files."""
        return None

    def hadoop_folder(self) -> str:
        """Return a folder, as Spark spells it, in which every file lies under its path; a copy where need be."""
        listing = self.listing()
        bases = {file.name.removesuffix(f"/{path}") for path, (_, file) in listing.items()}
        if len(bases) == 1 and all(file.name.endswith(f"/{path}") for path, (_, file) in listing.items()):
            return self.view.storage.spark_uri(bases.pop())
        if self.view.storage.is_local:
            return self.path()
        folder = self._running("hadoop_path").remote_folder()
        for path, (_, file) in listing.items():
            self.view.storage.copy(file.name, f"{folder}/{path}")
        return self.view.storage.spark_uri(folder)

    def path(self) -> str:
        """Return a local folder that shows the dataset's files under their own names while the job, or process, lives."""
        folder = process_folder() if self._job is None else self._job.temporary_folder()
        listing = self.listing()
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="files") as pool:  # each is read once, to look at its sum
            places = list(pool.map(StoredFile.local, (file for _, file in listing.values())))
        for logical, place in zip(listing, places, strict=True):
            link = within(folder, logical, self.name)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(place)
        return str(folder)

    def listing(self) -> Mapping[str, tuple[FileStatus, StoredFile]]:
        """Return every file of the dataset; for rows, the Parquet files that hold them."""
        return self._listing

    def create(self, path: str, mode: str, options: Mapping[str, Any]) -> IO[Any]:
        """Refuse to write."""
        raise UsageError(f"{self.name} is an input: {path!r} cannot be written.")

    @cached_property
    def _listing(self) -> Mapping[str, tuple[FileStatus, StoredFile]]:
        if isinstance(self._given, SentView) and self._given.files is not None:
            return self._given.files
        if self.view.holds_files:
            return committed_files(self.view, self.name)
        if not can_read(self.view.table, "files"):
            call = ".polars(), .pandas() or .arrow()" if can_read_whole(self.view.table) else "Spark's dataframe()"
            raise unreadable(
                self.view.table, self.name, "its Parquet files alone do not show", f"Read its rows with {call}"
            )
        return _data_listing(self.view, self.name)

    def _running(self, call: str) -> ReadingJob:
        if self._job is None:
            raise UnavailableError(
                f"{self.name}: {call} works in the process that runs the job only; pass its result along."
            )
        return self._job

    def __reduce__(self) -> Any:
        view = self._given
        if not isinstance(view, SentView):
            files = self.listing() if view.holds_files else None
            view = SentView(view.storage, view.name, view.version, view.seq, files)
        return DatasetReader, (self.name, view, None)

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


def _data_listing(view: TableView, name: str) -> dict[str, tuple[FileStatus, StoredFile]]:
    folder = view.storage.shareable(view.name)
    found = {}
    for path, status in view.data_files():
        if folder is not None:
            within(folder, path, name)
        place = StoredFile(view.storage, f"{view.name}/{path}")
        found[path] = (FileStatus(path, status.size, int(status.modified * 1000)), place)
    return found
