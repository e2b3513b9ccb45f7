"""What a job writes into one dataset, collected until the job's commit."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Literal, NoReturn

from transforms.common.folders import without_links
from transforms.common.forks import need_owner
from transforms.engine.local.inheriting import inherit_rows
from transforms.errors import DataError, ForkedProcessError, TransformsError, UsageError
from transforms.run.file_rows import file_row, stage_listing
from transforms.run.files import FileStatus
from transforms.run.reader import DatasetReader, file_listing
from transforms.run.scope import JobScope, Sealed
from transforms.run.unwritten import unwritten_text
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.change import TableChange
from transforms.store.features import check_writable
from transforms.store.storage.base import Storage, StoredFile

WriteMode = Literal["replace", "append", "modify"]
_LONGEST_DESCRIPTION = 800


class DatasetWriter:
    """Stages rows or files for one output and seals them into its part of the commit.

    :param name: the name of the parameter.
    :param resource: the dataset.
    :param scope: the running job.
    :raises UnsupportedTableError: if the dataset's table has a Delta feature that cannot be written.
    """

    def __init__(self, name: str, resource: Resource, scope: JobScope) -> None:
        self.name = name
        self.resource = resource
        self.scope = scope
        self.mode: WriteMode = "replace"
        self.table = scope.transaction.store.table_of(resource, scope.transaction.branch)
        self.descriptions: dict[str, str] = {}
        self.aborted = False
        self.value: Any = None
        self._changes: list[TableChange] = []
        self._open_files: list[IO[Any]] = []
        self._writes_files = False
        self._gives_folder = False
        self._process = os.getpid()
        self._gave_folder = False
        self._base = scope.transaction.open_output(self.table)
        if self._base is not None:
            check_writable(self._base.table, resource.alias, "append")
        found = None if self._base is not None else scope.transaction.view(resource, scope.fallbacks)
        self._parent = None if found is None else found[0]  # what another branch has, where this one has nothing yet

    def set_mode(self, mode: str) -> None:
        """Choose what writing does to the rows there are; only before anything is written."""
        self._need_job("set_mode()")
        if mode not in ("replace", "append", "modify"):
            raise self._error(f"{mode!r} is no write mode; use 'replace', 'append' or 'modify'.")
        if self._changes or self._writes_files:
            raise self._error("set_mode() must come before the first write.")
        self.mode = mode  # type: ignore[assignment]

    def write(self, frame: Any, descriptions: Mapping[str, str] | None = None) -> None:
        """Stage a frame, or the Parquet files in the folder that :meth:`folder` gave."""
        from transforms.common.frames import is_spark_frame
        from transforms.engine.local.staging import stage_files, stage_frame

        self._need_job("writing rows")
        self._need_no_files()
        self.describe(descriptions)
        mode: Literal["overwrite", "append"] = "overwrite" if self.mode == "replace" else "append"
        transaction = self.scope.transaction
        if is_spark_frame(frame):
            self._write_spark(frame, None)
        elif isinstance(frame, (str, Path)):
            folder = self.folder()
            if Path(frame).resolve() != folder.resolve():
                raise self._error(f"a path to write must be path_for_write_table ({folder}); got {frame}.")
            found = without_links(folder, self.resource.alias)
            files = sorted(path for path in found.values() if path.name[0] not in "._")
            if hidden := sorted(path for path in found if Path(path).name[0] in "._" and path.endswith(".parquet")):
                raise self._error(f"{hidden[0]} is a hidden file, which readers leave out; give it another name.")
            known = {file.path for change in self._changes for file in change.files}
            fresh = [path for path in files if path.relative_to(self._work).as_posix() not in known]
            if not fresh:
                raise self._error(
                    "there is nothing to write: it got no frame (None, for example from a function that lacks a return), "
                    "and no Parquet file was written below path_for_write_table. Pass a frame, or write a file there first."
                )
            what = self.resource.alias
            self._keep(stage_files(transaction, self.table, fresh, mode, self.descriptions, what))
        else:
            what, there = self.resource.alias, self._fields
            self._keep(stage_frame(transaction, self.table, frame, mode, self.descriptions, what, there=there))

    def write_laid_out(self, frame: Any, descriptions: Mapping[str, str] | None, **layout: Any) -> None:
        """Stage a frame whose files are laid out as the caller wants; what is empty in the layout was not asked for."""
        from transforms.common.frames import is_spark_frame

        if layout.pop("output_format") not in (None, "parquet"):
            raise self._error(
                "output_format must be 'parquet', as Delta holds nothing else. To write files of another format, write "
                "them into filesystem().hadoop_path."
            )
        if is_spark_frame(frame):
            self._write_spark(frame, descriptions, **layout)
            return
        for argument, value in layout.items():
            if value:
                raise self._error(
                    f"{argument} is for Spark DataFrames; got {type(frame).__module__}.{type(frame).__name__}."
                )
        self.write(frame, descriptions)

    def _write_spark(
        self,
        frame: Any,
        descriptions: Mapping[str, str] | None,
        partition_cols: Sequence[str] | None = None,
        bucket_cols: Sequence[str] | None = None,
        bucket_count: int | None = None,
        sort_by: Sequence[str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        from transforms.engine.spark.failures import explained
        from transforms.engine.spark.staging import Layout, stage_dataframe

        self._need_no_files()
        self.describe(descriptions)
        engine = self.scope.spark(f"{self.resource.alias}: write_dataframe() of a Spark DataFrame", "a pandas one")
        engine.check_owner(frame, self.resource.alias)
        columns = {
            name: (given,) if isinstance(given, str) else tuple(given or ())
            for name, given in (("partition_by", partition_cols), ("bucket_by", bucket_cols), ("sort_by", sort_by))
        }
        layout = Layout(**columns, buckets=bucket_count or 0, options=options)
        mode: Literal["overwrite", "append"] = "overwrite" if self.mode == "replace" else "append"
        with explained(f"{self.scope.transform.__name__}, writing {self.resource.alias}"):
            change = stage_dataframe(
                self.scope.transaction,
                self.table,
                frame,
                mode,
                self.descriptions,
                self.resource.alias,
                layout,
                self._fields,
            )
        self._keep(change)

    def describe(self, descriptions: Mapping[str, str] | None) -> None:
        """Set descriptions of columns; columns that the dataset does not have are ignored."""
        for column, text in (descriptions or {}).items():
            if not isinstance(text, str) or len(text) > _LONGEST_DESCRIPTION:
                raise self._error(
                    f"the description of column {column!r} must be text of at most {_LONGEST_DESCRIPTION} characters."
                )
            if not text.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in text):
                raise self._error(f"the description of column {column!r} has half a surrogate pair, which is no text.")
            self.descriptions[column] = text

    def folder(self) -> Path:
        """Return the folder where a user may write Parquet files of their own."""
        self._gave_folder = True
        return self.scope.transaction.staging(self.table)

    def abort(self) -> None:
        """Leave the dataset as it is, whatever was or will be written."""
        self._need_job("abort()")
        self.aborted = True

    # What the dataset's file system asks for

    def listing(self) -> Mapping[str, tuple[FileStatus, StoredFile]]:
        """Return the files that the dataset would have if the job ended now."""
        files = {} if self.mode == "replace" else dict(self._base_files())
        files.update(self._staged_files())
        return files

    def create(self, path: str, mode: str, options: Mapping[str, Any]) -> IO[Any]:
        """Open a new file for writing."""
        if self._changes:
            raise self._error("rows were written to it already; a dataset holds either rows or files.")
        if self.mode == "append" and path in self._base_files():
            raise self._error(f"the file {path!r} exists, and set_mode('append') forbids to replace it.")
        self._writes_files = True
        place = self.scope.transaction.staging(self.table, layout.FILES) / path
        place.parent.mkdir(parents=True, exist_ok=True)
        file = open(place, mode, **options)  # noqa: SIM115 - the user closes it, or we do before the commit
        self._open_files.append(file)
        return file

    def spark_files(self, statuses: Sequence[FileStatus], packing: str | None) -> Any:
        """Return files as a Spark DataFrame."""
        from transforms.engine.spark.files import files_dataframe

        engine = self.scope.spark(f"{self.name}: filesystem().files()", "filesystem().ls()")
        return files_dataframe(engine, statuses, packing)

    def prepare(self) -> None:
        """Let files be written, also by processes that are forked from this one."""
        self._need_job("filesystem()")
        if not self._changes:
            _ = self.base

    @property
    def base(self) -> StoredFile:
        """The folder in which new files lie under their paths; whatever is written into it is part of the job."""
        if self._changes:
            raise self._error("rows were written to it already; a dataset holds either rows or files.")
        self._gives_folder = True
        transaction = self.scope.transaction
        return StoredFile(transaction.store.storage, transaction.staging_name(self.table, layout.FILES))

    def hadoop_folder(self) -> str:
        """Return the same folder as Spark spells it."""
        folder = self.base
        self.scope.transaction.staging(self.table, layout.FILES)  # makes it, where it is a local one
        return folder.storage.spark_uri(folder.name)

    # Reading back

    def reader(self) -> DatasetReader | None:
        """Return the dataset as it was before the job, on this branch or the one it falls back to; None for none."""
        before = self._base or self._parent
        return None if before is None else DatasetReader(self.resource.alias, before, self.scope)

    def staged_paths(self) -> list[Path]:
        """Return the Parquet files that were staged so far."""
        return [self._storage.local(f"{self.table}/{file.path}") for change in self._changes for file in change.files]

    # The commit

    def seal(self) -> Sequence[Sealed]:
        """Return the dataset's part of the commit."""
        if self.aborted:
            return ()
        change: TableChange | None
        if self._writes_files or (self._gives_folder and self._staged_files()):
            if self._changes:
                raise self._error("rows and files were written to it; a dataset holds either rows or files.")
            change, summary = self._seal_files()
        elif self._changes:
            change, summary = self._seal_rows()
        else:
            change, summary = self._seal_nothing()
        return (Sealed(self.resource, () if change is None else (change,), {"mode": self.mode, **summary}),)

    def failed(self, error: BaseException | None) -> None:
        """Close whatever is open; the transaction deletes what was staged."""
        for file in self._open_files:
            file.close()

    @property
    def _fields(self) -> Sequence[Mapping[str, Any]]:
        """The Delta fields of the dataset before the job."""
        before = self._base or self._parent
        return () if before is None or before.holds_files else before.fields

    @property
    def _storage(self) -> Storage:
        return self.scope.transaction.store.storage

    @property
    def _work(self) -> Path:
        return self._storage.work(self.table)

    def _seal_rows(self) -> tuple[TableChange, dict[str, Any]]:
        first = self._changes[0]
        files = tuple(file for change in self._changes for file in change.files)
        change = replace(first, files=files, schema=self._changes[-1].schema)
        before = self._base or self._parent
        if before is not None and before.holds_files and change.mode == "append":
            raise self._error("it holds files; rows cannot be added to them. Use set_mode('replace').")
        added = change.rows
        if self._parent is not None and change.mode == "append":
            change = inherit_rows(self.scope.transaction, self.table, self._parent, change)
        return change, {"rows": added}

    def _seal_files(self) -> tuple[TableChange, dict[str, Any]]:
        for file in self._open_files:
            file.close()
        before = self._base or self._parent
        if self.mode != "replace" and before is not None and not before.holds_files and before.row_count():
            raise self._error("it holds rows; files cannot be added to them. Use set_mode('replace').")
        base = {} if self.mode == "replace" else self._base_files()  # what is replaced may be damaged
        without_links(
            self._storage.work(f"{self.table}/{layout.FILES}/{self.scope.transaction.id}"), self.resource.alias
        )
        staged = self._staged_files()
        if self.mode != "replace" and self._parent is not None:
            staged |= self._inherit_files(base, staged)
        replaced = self.mode != "replace" and self._parent is None and any(path in base for path in staged)
        rows = [
            file_row(self.resource.alias, self.table, path, status, place)
            for path, (status, place) in sorted(staged.items())
        ]
        if replaced:
            rows += [
                file_row(self.resource.alias, self.table, path, *base[path])
                for path in sorted(base)
                if path not in staged
            ]
        append = self.mode != "replace" and not replaced and self._base is not None and self._base.holds_files
        mode: Literal["overwrite", "append"] = "append" if append else "overwrite"
        change = stage_listing(self.scope.transaction, self.table, rows, mode, self.resource.alias)
        if replaced and self._base is not None:
            change = replace(change, base_version=self._base.version)
        return change, {"files": len(staged), "bytes": sum(status.size for status, _ in staged.values())}

    def _seal_nothing(self) -> tuple[TableChange | None, dict[str, Any]]:
        if self._parent is not None and self.mode != "replace" and not self._parent.holds_files:
            return inherit_rows(self.scope.transaction, self.table, self._parent, None), {"rows": 0}
        if self._base is not None and self.mode != "replace":
            return None, {"rows": 0}
        self.scope.warnings.append(self._unwritten())
        summary = {"rows": 0, "unwritten": True}
        if self._base is None:
            empty = stage_listing(self.scope.transaction, self.table, [], "overwrite", self.resource.alias)
            return empty, summary
        partitions = tuple(self._base.table.metadata().partition_columns)
        return TableChange(self.table, "overwrite", self._base.schema_json, (), partitions), summary

    def _unwritten(self) -> str:
        left_out = self._gave_folder and any(self.folder().rglob("*.parquet"))
        return unwritten_text(self.scope, self.name, self.resource, self._base, left_out)

    def _keep(self, change: TableChange) -> None:
        if self.mode == "replace":
            kept = {file.path for file in change.files}
            for replaced in (file.path for before in self._changes for file in before.files):
                if replaced not in kept:  # the last write wins
                    self._storage.delete(f"{self.table}/{replaced}")
            self._changes = [change]
            return
        if self._changes and self._changes[0].schema != change.schema:
            raise self._error("two writes of one job have different columns or types; give them the same.")
        self._changes.append(change)

    def _need_job(self, call: str) -> None:
        need_owner(f"{self.resource.alias}: {call}", self._process)

    def __reduce__(self) -> NoReturn:
        raise ForkedProcessError(
            f"The output {self.resource.alias} cannot be sent to another process, where what is written to it would be lost: "
            "send its filesystem(), into which files can be written there, or return the rows and write them here."
        )

    def _need_no_files(self) -> None:
        if self._base is not None:
            check_writable(self._base.table, self.resource.alias, "overwrite" if self.mode == "replace" else "append")
        if self._writes_files:
            raise self._error("files were written to it already; a dataset holds either rows or files.")

    def _base_files(self) -> Mapping[str, tuple[FileStatus, StoredFile]]:
        before = self._base or self._parent
        if before is None or not before.holds_files:
            return {}
        return file_listing(before, self.resource.alias)

    def _inherit_files(
        self, base: Mapping[str, tuple[FileStatus, StoredFile]], staged: Mapping[str, tuple[FileStatus, StoredFile]]
    ) -> dict[str, tuple[FileStatus, StoredFile]]:
        folder = self.scope.transaction.staging_name(self.table, layout.FILES)
        kept = {path: file for path, (_, file) in base.items() if path not in staged}
        for path, file in kept.items():
            self._storage.copy(file.name, f"{folder}/{path}")
        there = self._staged_files()
        # The sum that was committed goes with each of them: what was damaged since must not pass for whole.
        return {path: (there[path][0], replace(there[path][1], sha256=file.sha256)) for path, file in kept.items()}

    def _staged_files(self) -> dict[str, tuple[FileStatus, StoredFile]]:
        folder = f"{self.table}/{layout.FILES}/{self.scope.transaction.id}"
        return {
            path: (
                FileStatus(path, found.size, int(found.modified * 1000)),
                StoredFile(self._storage, f"{folder}/{path}"),
            )
            for path, found in self._storage.files(folder).items()
        }

    def _error(self, text: str) -> TransformsError:
        transform = self.scope.transform
        kind = DataError if "dataset holds" in text or "nothing to write" in text else UsageError
        return kind(
            f"output {self.name!r} ({self.resource.alias}) of {transform.__name__} ({transform.source}): {text}"
        )
