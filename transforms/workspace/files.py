"""The files of a dataset outside of a job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from transforms.errors import NotFoundError, nearest
from transforms.run.files import FileSystem
from transforms.run.reader import DatasetReader


@dataclass(frozen=True)
class DatasetFile:
    """A file of a dataset.

    Attributes:
        path: its path inside the dataset.
        size: in bytes.
        modified: when it was last written, in milliseconds since 1970 UTC.
    """

    path: str
    size: int
    modified: int
    _reader: DatasetReader

    def download(self) -> str:
        """Return a local file with its bytes; it must not be changed.

        :returns: its path.
        """
        return str(self._reader.listing()[self.path][1].local())

    def __repr__(self) -> str:
        return f"<DatasetFile {self.path}, {self.size:,} bytes>"


class DatasetFiles:
    """The files of a dataset, in the order of their paths.

    :param reader: reads the dataset.
    :param show_hidden: whether names that begin with ``.`` or ``_`` are among them.
    """

    def __init__(self, reader: DatasetReader, show_hidden: bool) -> None:
        self._reader = reader
        self._files = {
            status.path: DatasetFile(*status, reader)
            for status in FileSystem(reader, read_only=True).ls(show_hidden=show_hidden)
        }

    def __iter__(self) -> Iterator[DatasetFile]:
        return iter(self._files.values())

    def __len__(self) -> int:
        return len(self._files)

    def __repr__(self) -> str:
        return f"<{len(self._files):,} files of {self._reader.name}>"

    def get(self, path: str) -> DatasetFile:
        """Return a file.

        :param path: its path inside the dataset.
        :raises NotFoundError: if there is none; names the nearest.
        """
        if path not in self._files:
            raise NotFoundError(f"{self._reader.name} has no file {path!r}.{nearest(path, self._files)}")
        return self._files[path]

    def download(self) -> dict[str, str]:
        """Return a local file for each of them, by path; they live as long as the process, and must not be changed."""
        folder = Path(self._reader.path())
        return {path: str(folder / path) for path in self._files}
