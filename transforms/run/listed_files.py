"""Files of a dataset that are listed and read; what a file system of an input stands on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from transforms.common.paths import within
from transforms.errors import UnavailableError, UsageError
from transforms.run.files import FileStatus
from transforms.run.scope import process_folder
from transforms.store.storage.base import Storage, StoredFile
from transforms.store.tables import TableView

if TYPE_CHECKING:
    from transforms.engine.spark.engine import SparkEngine

_THREADS = 8


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


class ListedFiles(ABC):
    """A :class:`~transforms.run.files.FileTree` of files that are there.

    :param name: the dataset, as messages name it.
    :param job: the running job; None in another process.
    """

    def __init__(self, name: str, job: ReadingJob | None) -> None:
        self.name = name
        self._job = job

    @abstractmethod
    def listing(self) -> Mapping[str, tuple[FileStatus, StoredFile]]:
        """Return every file by its path inside the dataset; for rows, the Parquet files that hold them."""

    @property
    @abstractmethod
    def storage(self) -> Storage:
        """Where they lie."""

    @property
    def base(self) -> StoredFile | None:
        """None: there is no folder for new files."""
        return None

    def prepare(self) -> None:  # noqa: B027 - there is nothing to do for any of them
        """Nothing is written."""

    def create(self, path: str, mode: str, options: Mapping[str, Any]) -> IO[Any]:
        """Refuse to write."""
        raise UsageError(f"{self.name} is an input: {path!r} cannot be written.")

    def spark_files(self, statuses: Sequence[FileStatus], packing: str | None) -> Any:
        """Return files as a Spark DataFrame."""
        from transforms.engine.spark.files import files_dataframe

        engine = self._running("filesystem().files()").spark(f"{self.name}: filesystem().files()", "filesystem().ls()")
        return files_dataframe(engine, statuses, packing)

    def path(self) -> str:
        """Return a local folder that shows the files under their own names while the job, or process, lives."""
        folder = process_folder() if self._job is None else self._job.temporary_folder()
        listing = self.listing()
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="files") as pool:  # each is read once, to look at its sum
            places = list(pool.map(StoredFile.local, (file for _, file in listing.values())))
        for logical, place in zip(listing, places, strict=True):
            link = within(folder, logical, self.name)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(place)
        return str(folder)

    def hadoop_folder(self) -> str:
        """Return a folder, as Spark spells it, in which every file lies under its path; a copy where need be."""
        folder = self._own_folder()
        if folder is not None:
            return self.storage.spark_uri(folder)
        if self.storage.is_local:
            return self.path()
        folder = self._running("hadoop_path").remote_folder()
        for path, (_, file) in self.listing().items():
            self.storage.copy(file.name, f"{folder}/{path}")
        return self.storage.spark_uri(folder)

    def _own_folder(self) -> str | None:
        """Return the folder of the store in which each file lies under its path; None where there is none."""
        listing = self.listing()
        bases = {file.name.removesuffix(f"/{path}") for path, (_, file) in listing.items()}
        if len(bases) == 1 and all(file.name.endswith(f"/{path}") for path, (_, file) in listing.items()):
            return bases.pop()
        return None

    def _running(self, call: str) -> ReadingJob:
        if self._job is None:
            raise UnavailableError(
                f"{self.name}: {call} works in the process that runs the job only; pass its result along."
            )
        return self._job
