"""The files of a dataset as a compute function sees them: listing, reading, writing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol

from transforms.common.forks import need_threads
from transforms.common.paths import inside
from transforms.errors import DataError, NotFoundError, UnavailableError, UsageError, nearest
from transforms.run.filematch import matches
from transforms.store.storage.base import StoredFile

if TYPE_CHECKING:
    import polars as pl


class FileStatus(NamedTuple):
    """A file of a dataset.

    Follows the public page transforms-python/api-filestatus.

    Attributes:
        path: its path inside the dataset.
        size: in bytes.
        modified: when it was last written, in milliseconds since 1970 UTC.
    """

    path: str
    size: int
    modified: int


class FileTree(Protocol):
    """Where a file system's files come from and go to."""

    @property
    def name(self) -> str:
        """The dataset, as messages name it."""

    def listing(self) -> Mapping[str, tuple[FileStatus, StoredFile]]:
        """Return every file by its path inside the dataset, with the place of its bytes."""

    def create(self, path: str, mode: str, options: Mapping[str, Any]) -> IO[Any]:
        """Open a file for writing; it is part of the dataset even if the user forgets to close it."""

    def spark_files(self, statuses: Sequence[FileStatus], packing: str | None) -> Any:
        """Return files as a Spark DataFrame."""

    def prepare(self) -> None:
        """Make ready for new files, which processes that are forked from this one may write."""

    @property
    def base(self) -> StoredFile | None:
        """Return the folder that new files go into; None for an input."""

    def hadoop_folder(self) -> str:
        """Return a folder, as Spark spells it, in which the files lie under their paths; of an output, where new ones go."""


class _Files:
    def __init__(self, tree: FileTree, read_only: bool) -> None:
        self._tree = tree
        self._read_only = read_only
        if read_only:
            tree.listing()  # now: forked workers, of a DataLoader for example, could not read it
        else:
            tree.prepare()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} to {'read' if self._read_only else 'write'}: ls(), files(), open()>"

    def ls(self, glob: str | None = None, regex: str = ".*", show_hidden: bool = False) -> Iterator[FileStatus]:
        """List the files, in the order of their paths.

        Follows the public page transforms-python/api-filesystem.

        :param glob: a Unix-style pattern of paths; ``**/`` stands for any number of folders, also none.
        :param regex: a regular expression that must match from the first letter of the path.
        :param show_hidden: whether names that start with ``.`` or ``_`` are listed.
        :returns: a generator of :class:`FileStatus`.
        """
        listing = self._tree.listing()
        for path in sorted(listing):
            if matches(path, glob, regex, show_hidden):
                yield listing[path][0]

    def _open(self, path: str, mode: str, options: dict[str, Any]) -> IO[Any]:
        logical = _clean(path, self._tree.name)
        if "b" not in mode:
            options.setdefault("encoding", "utf-8")
        if not set(mode) & set("wxa+"):
            return open(self._existing(logical), mode, **options)
        if self._read_only:
            raise UsageError(
                f"{self._tree.name}: files of an input, and those that an output had, are for reading; {mode!r} would write."
            )
        return self._tree.create(logical, mode, options)

    def _existing(self, logical: str) -> Path:
        listing = self._tree.listing()
        if logical not in listing:
            raise _FileMissing(f"{self._tree.name} has no file {logical!r}.{nearest(logical, listing)}")
        return listing[logical][1].local()


class _FileMissing(NotFoundError, FileNotFoundError):
    """A file that the dataset does not have."""


class FileSystem(_Files):
    """The files of a dataset in a plain ``@transform``.

    Follows the public page transforms-python/api-filesystem.

    :param foundry_fs: where the files come from and go to.
    :param read_only: True for inputs.
    """

    def __init__(self, foundry_fs: FileTree, read_only: bool = False) -> None:
        super().__init__(foundry_fs, read_only)

    def open(self, path: str, mode: str = "r", **kwargs: Any) -> IO[Any]:
        """Open a file of the dataset.

        :param path: its path inside the dataset; folders of a new file are made.
        :param mode: any text or binary mode; text is UTF-8 unless ``encoding`` is given.
        :param kwargs: whatever else :func:`io.open` takes.
        :returns: a seekable file object.
        :raises FileNotFoundError: if a file to read does not exist.
        """
        return self._open(path, mode, kwargs)

    def files(
        self,
        glob: str | None = None,
        regex: str = ".*",
        show_hidden: bool = False,
        packing_heuristic: str | None = None,
    ) -> Any:
        """List the files as a Spark DataFrame, in partitions of about equal size.

        :param glob: as for :meth:`ls`.
        :param regex: as for :meth:`ls`.
        :param show_hidden: as for :meth:`ls`.
        :param packing_heuristic: how files are put together: ``ffd`` (first fit, decreasing) or ``wfd`` (worst fit,
            decreasing); in the order of their paths when None.
        :returns: the columns ``path``, ``size`` (bytes) and ``modified`` (milliseconds since 1970).
        :raises MissingExtraError: if something that Spark needs is missing, or ``--engine local`` rules it out.
        """
        return self._tree.spark_files(list(self.ls(glob, regex, show_hidden)), packing_heuristic)

    @property
    def hadoop_path(self) -> str | None:
        """The folder in which Spark and others find the files under their paths; of an output, the one to write into."""
        return self._tree.hadoop_folder()

    def __reduce__(self) -> Any:
        # On an executor there is no job: what it needs of one are the places of the files.
        return FileSystem, (portable(self._tree), self._read_only)


@dataclass(frozen=True)
class PortableTree:
    """A dataset's files without its job, for other processes of the same storage.

    Attributes:
        name: the dataset, as messages name it.
        files: every file by its path.
        base: the folder that new files go into; None for an input.
    """

    name: str
    files: Mapping[str, tuple[FileStatus, StoredFile]]
    base: StoredFile | None

    def listing(self) -> Mapping[str, tuple[FileStatus, StoredFile]]:
        """See :class:`FileTree`."""
        return self.files

    def create(self, path: str, mode: str, options: Mapping[str, Any]) -> IO[Any]:
        """See :class:`FileTree`; it is there for the job once it is closed."""
        if self.base is None:
            raise UsageError(f"{self.name} is an input: {path!r} cannot be written.")
        return self.base.storage.open_new(f"{self.base.name}/{path}", mode, options)

    def prepare(self) -> None:
        """See :class:`FileTree`: the job has done so."""

    def spark_files(self, statuses: Sequence[FileStatus], packing: str | None) -> Any:
        """Refuse: an executor has no session."""
        raise UnavailableError(f"{self.name}: filesystem().files() works on the driver only; pass its result along.")

    def hadoop_folder(self) -> str:
        """See :class:`FileTree`."""
        if self.base is None:
            raise UnavailableError(f"{self.name}: hadoop_path of an input is known on the driver only; pass it along.")
        return self.base.storage.spark_uri(self.base.name)


def portable(tree: FileTree) -> PortableTree:
    """Return a dataset's files as they are now, for another process."""
    return PortableTree(tree.name, dict(tree.listing()), tree.base)


class FoundryDataSidecarFile:
    """An open file of a dataset in a single-node transform; behaves as the file object that it holds.

    Follows the public page transforms-python/api-foundrydatasidecarfile.

    :param param: the file system it belongs to.
    :param path: where its bytes lie.
    :param logical_path: its path inside the dataset.
    :param mode: the mode it was opened with.
    :param kwargs: ``file``, the file object itself.
    """

    def __init__(self, param: Any, path: str, logical_path: str, mode: str, **kwargs: Any) -> None:
        self._param = param
        self.path = path
        self.logical_path = logical_path
        self.mode = mode
        self._file: IO[Any] = kwargs["file"] if "file" in kwargs else open(path, mode, **kwargs)  # noqa: SIM115

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> FoundryDataSidecarFile:
        self._file.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def __next__(self) -> Any:
        return next(self._file)


class FoundryDataSidecarFileSystem(_Files):
    """The files of a dataset in a single-node transform.

    Follows the public page transforms-python/api-foundrydatasidecarfilesystem.

    :param param: where the files come from and go to.
    :param read_only: True for inputs.
    :param read_mode: which part of the dataset is read; ``current`` is all of it.
    """

    def __init__(self, param: FileTree, read_only: bool = False, read_mode: str = "current") -> None:
        super().__init__(param, read_only)
        self._read_mode = read_mode

    def __reduce__(self) -> Any:
        # In another process there is no job: what it needs of one are the places of the files.
        return FoundryDataSidecarFileSystem, (portable(self._tree), self._read_only, self._read_mode)

    def open(self, path: str, mode: str = "r", **kwargs: Any) -> FoundryDataSidecarFile:
        """Open a file of the dataset.

        :param path: its path inside the dataset; folders of a new file are made.
        :param mode: any text or binary mode; text is UTF-8 unless ``encoding`` is given.
        :param kwargs: whatever else :func:`io.open` takes.
        :returns: a seekable file.
        :raises FileNotFoundError: if a file to read does not exist.
        """
        file = self._open(path, mode, kwargs)
        return FoundryDataSidecarFile(self._tree, file.name, path, mode, file=file)

    def files(self, glob: str | None = None, regex: str = ".*", show_hidden: bool = False) -> pl.DataFrame:
        """List the files as a Polars frame with the columns path, size (bytes) and modified (ms since 1970)."""
        need_threads(f"{self._tree.name}: filesystem().files()")
        import polars as pl

        schema = {"path": pl.String, "size": pl.Int64, "modified": pl.Int64}
        return pl.DataFrame(list(self.ls(glob, regex, show_hidden)), schema=schema, orient="row")


def _clean(path: str | os.PathLike[str], dataset: str) -> str:
    text = os.fspath(path)
    if isinstance(text, bytes):
        raise DataError(f"{dataset}: a path inside the dataset is text, such as 'folder/name.csv'; got {text!r}.")
    # As everywhere, './a' and 'a//b' are other ways to write 'a' and 'a/b'.
    plain = "/".join(part for part in text.split("/") if part not in ("", "."))
    return inside(f"/{plain}" if text.startswith("/") else plain, dataset)
