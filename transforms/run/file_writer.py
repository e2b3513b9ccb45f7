"""The raw files that a job writes into a dataset, as the file system of an output asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import IO, Any, Literal

from transforms.common.folders import without_links
from transforms.errors import DataError, UsageError
from transforms.run.file_rows import Listing, committed_files, stage_listing, staged_files, summary_of
from transforms.run.files import FileStatus
from transforms.run.target import Target
from transforms.store import layout
from transforms.store.change import TableChange
from transforms.store.storage.base import StoredFile


class FileWriter:
    """Stages files, and makes one change of them; a :class:`FileTree`.

    :param target: the dataset.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._open: list[IO[Any]] = []
        self._gives_folder = False

    @property
    def name(self) -> str:
        """The output's parameter, as messages name it."""
        return self._target.name

    def listing(self) -> Listing:
        """Return the files that the dataset would have if the job ended now."""
        return {**self._kept(), **self.staged()}

    def create(self, path: str, mode: str, options: Mapping[str, Any]) -> IO[Any]:
        """Open a new file for writing."""
        target = self._target
        target.need("files")
        if target.mode == "append" and path in self._committed():
            raise target.error(UsageError, f"the file {path!r} exists, and set_mode('append') forbids to replace it.")
        target.content = "files"
        place = target.transaction.staging(target.table, layout.FILES) / path
        place.parent.mkdir(parents=True, exist_ok=True)
        file = open(place, mode, **options)  # noqa: SIM115 - the user closes it, or we do before the commit
        self._open.append(file)
        return file

    def spark_files(self, statuses: Sequence[FileStatus], packing: str | None) -> Any:
        """Return files as a Spark DataFrame."""
        from transforms.engine.spark.files import files_dataframe

        engine = self._target.scope.spark(f"{self.name}: filesystem().files()", "filesystem().ls()")
        return files_dataframe(engine, statuses, packing)

    def prepare(self) -> None:
        """Let files be written, also by processes that are forked from this one."""
        self._target.need_job("filesystem()")
        if self._target.content != "rows":
            _ = self.base

    @property
    def base(self) -> StoredFile:
        """The folder in which new files lie under their paths; whatever is written into it is part of the job."""
        target = self._target
        target.need("files")
        self._gives_folder = True
        return StoredFile(target.storage, target.transaction.staging_name(target.table, layout.FILES))

    def hadoop_folder(self) -> str:
        """Return the same folder as Spark spells it."""
        folder = self.base
        self._target.transaction.staging(self._target.table, layout.FILES)  # makes it, where it is a local one
        return folder.storage.spark_uri(folder.name)

    @property
    def has_written(self) -> bool:
        """Whether there are new files: opened here, or put into the folder by somebody who was told it."""
        return self._target.content == "files" or (self._gives_folder and bool(self.staged()))

    def close(self) -> None:
        """Close what a user left open."""
        for file in self._open:
            file.close()

    def seal(self) -> tuple[TableChange, dict[str, Any]]:
        """Return the change that commits the files, and what the ledger says of it."""
        self.close()
        target = self._target
        before = target.before
        if not target.replaces and before is not None and not before.holds_files and before.row_count():
            raise target.error(DataError, "it holds rows; files cannot be added to them. Use set_mode('replace').")
        kept = self._kept()
        without_links(
            target.storage.work(f"{target.table}/{layout.FILES}/{target.transaction.id}"), target.resource.alias
        )
        staged = self.staged()
        if target.parent is not None and kept:
            staged.update(self._inherited({path: file for path, file in kept.items() if path not in staged}))
        replaced = target.parent is None and any(path in kept for path in staged)
        rows = {**kept, **staged} if replaced else staged
        is_added = not target.replaces and not replaced and target.base is not None and target.base.holds_files
        mode: Literal["overwrite", "append"] = "append" if is_added else "overwrite"
        change = stage_listing(target.transaction, target.table, rows, mode, target.resource.alias)
        if replaced and target.base is not None:
            change = replace(change, base_version=target.base.version)
        return change, summary_of(staged)

    def seal_empty(self) -> TableChange:
        """Return the change that makes a dataset with neither rows nor files."""
        return stage_listing(self._target.transaction, self._target.table, {}, "overwrite", self._target.resource.alias)

    def staged(self) -> dict[str, tuple[FileStatus, StoredFile]]:
        """Return the files that this job has written so far."""
        return staged_files(self._target.transaction, self._target.table)

    def _kept(self) -> Listing:
        """Return the files that were there and stay; what is replaced is not looked at, as it may be damaged."""
        return {} if self._target.replaces else self._committed()

    def _committed(self) -> Listing:
        before = self._target.before
        if before is None or not before.holds_files:
            return {}
        return committed_files(before, self._target.resource.alias)

    def _inherited(self, files: Listing) -> Listing:
        """Copy files of another branch, beside those of this job."""
        target = self._target
        folder = target.transaction.staging_name(target.table, layout.FILES)
        for path, (_, file) in files.items():
            target.storage.copy(file.name, f"{folder}/{path}")
        there = self.staged()
        # The sum that was committed goes with each of them: what was damaged since must not pass for whole.
        return {
            path: (there[path][0], replace(there[path][1], sha256=file.sha256)) for path, (_, file) in files.items()
        }
