"""The rows that a job writes into a dataset: frames of any library, Spark's, and Parquet files of the user's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.common.folders import without_links
from transforms.common.frames import is_spark_frame
from transforms.engine.local.inheriting import inherit_rows
from transforms.errors import DataError, UsageError
from transforms.run.target import Target
from transforms.store.change import TableChange
from transforms.store.features import check_writable

if TYPE_CHECKING:
    from transforms.engine.local.staging import Columns
    from transforms.engine.spark.staging import Layout

_LONGEST_DESCRIPTION = 800


class RowWriter:
    """Stages frames, and makes one change of all that were staged.

    :param target: the dataset.
    """

    def __init__(self, target: Target) -> None:
        self.descriptions: dict[str, str] = {}
        self._target = target
        self._changes: list[TableChange] = []
        self._gave_folder = False

    def write(self, frame: Any, descriptions: Mapping[str, str] | None = None) -> None:
        """Stage a frame, or the Parquet files in the folder that :meth:`folder` gave."""
        from transforms.engine.local.staging import stage_frame

        if is_spark_frame(frame):
            self._write_spark(frame, descriptions, {})
            return
        self._prepare(descriptions)
        target = self._target
        if isinstance(frame, (str, Path)):
            self._keep(self._staged_folder(Path(frame)))
        else:
            self._keep(stage_frame(target.transaction, target.table, frame, target.delta_mode, self._columns()))

    def write_laid_out(self, frame: Any, descriptions: Mapping[str, str] | None, **layout: Any) -> None:
        """Stage a frame whose files are laid out as the caller wants; what is empty in the layout was not asked for."""
        if layout.pop("output_format") not in (None, "parquet"):
            raise self._target.error(
                UsageError,
                "output_format must be 'parquet', as Delta holds nothing else. To write files of another format, write "
                "them into filesystem().hadoop_path.",
            )
        if is_spark_frame(frame):
            self._write_spark(frame, descriptions, layout)
            return
        for argument, value in layout.items():
            if value:
                kind = f"{type(frame).__module__}.{type(frame).__name__}"
                raise self._target.error(UsageError, f"{argument} is for Spark DataFrames; got {kind}.")
        self.write(frame, descriptions)

    def describe(self, descriptions: Mapping[str, str] | None) -> None:
        """Set descriptions of columns; columns that the dataset does not have are ignored."""
        for column, text in (descriptions or {}).items():
            fault = _description_fault(text)
            if fault:
                raise self._target.error(UsageError, f"the description of column {column!r} {fault}.")
            self.descriptions[column] = text

    def folder(self) -> Path:
        """Return the folder where a user may write Parquet files of their own."""
        self._gave_folder = True
        return self._target.transaction.staging(self._target.table)

    @property
    def left_out(self) -> bool:
        """Whether Parquet files lie in the user's folder although nothing was written."""
        return self._gave_folder and any(self.folder().rglob("*.parquet"))

    @property
    def change(self) -> TableChange | None:
        """All that was staged so far as one change; None where nothing was."""
        if not self._changes:
            return None
        files = tuple(file for change in self._changes for file in change.files)
        return replace(self._changes[0], files=files, schema=self._changes[-1].schema)

    def seal(self) -> tuple[TableChange, dict[str, Any]]:
        """Return all that was staged as one change, and what the ledger says of it."""
        target, change = self._target, self.change
        assert change is not None
        added = change.rows
        if change.mode == "append" and target.before is not None and target.before.holds_files:
            if target.rows_before is not None:
                raise target.error(DataError, "it holds files; rows cannot be added to them. Use set_mode('replace').")
            change = replace(change, mode="overwrite")  # a job left it unwritten, so it has no columns to keep
        if target.parent is not None and change.mode == "append":
            change = inherit_rows(target.transaction, target.table, target.parent, change)
        return change, {"rows": added}

    def _prepare(self, descriptions: Mapping[str, str] | None) -> None:
        target = self._target
        target.need_job("writing rows")
        if target.base is not None:
            check_writable(target.base.table, target.resource.alias, target.delta_mode)
        target.need("rows")
        self.describe(descriptions)

    def _columns(self) -> Columns:
        from transforms.engine.local.staging import Columns

        return Columns(self._target.resource.alias, self.descriptions, self._target.fields)

    def _write_spark(self, frame: Any, descriptions: Mapping[str, str] | None, layout: Mapping[str, Any]) -> None:
        from transforms.engine.spark.failures import explained
        from transforms.engine.spark.staging import stage_dataframe

        self._prepare(descriptions)
        target = self._target
        alias, scope = target.resource.alias, target.scope
        engine = scope.spark(f"{alias}: write_dataframe() of a Spark DataFrame", "a pandas one")
        engine.check_owner(frame, alias)
        wanted = self._layout(**layout)
        with explained(f"{scope.transform.__name__}, writing {alias}"):
            change = stage_dataframe(target.transaction, target.table, frame, wanted, self._columns())
        self._keep(change)

    def _layout(
        self,
        partition_cols: Sequence[str] | None = None,
        bucket_cols: Sequence[str] | None = None,
        bucket_count: int | None = None,
        sort_by: Sequence[str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Layout:
        from transforms.engine.spark.staging import Layout

        return Layout(
            mode=self._target.delta_mode,
            partition_by=_names(partition_cols),
            bucket_by=_names(bucket_cols),
            buckets=bucket_count or 0,
            sort_by=_names(sort_by),
            options=options,
        )

    def _staged_folder(self, given: Path) -> TableChange:
        """Stage what the user wrote into the folder, and was not staged by an earlier call."""
        from transforms.engine.local.staging import stage_files

        target, folder = self._target, self.folder()
        if given.resolve() != folder.resolve():
            raise target.error(UsageError, f"a path to write must be path_for_write_table ({folder}); got {given}.")
        there = without_links(folder, target.resource.alias)
        if hidden := sorted(path for path in there if Path(path).name[0] in "._" and path.endswith(".parquet")):
            raise target.error(
                UsageError, f"{hidden[0]} is a hidden file, which readers leave out; give it another name."
            )
        work = target.storage.work(target.table)
        staged = {file.path for change in self._changes for file in change.files}
        files = sorted(path for path in there.values() if path.name[0] not in "._")
        fresh = [path for path in files if path.relative_to(work).as_posix() not in staged]
        if not fresh:
            raise target.error(
                DataError,
                "there is nothing to write: it got no frame (None, for example from a function that lacks a return), "
                "and no Parquet file was written below path_for_write_table. Pass a frame, or write a file there first.",
            )
        return stage_files(target.transaction, target.table, fresh, target.delta_mode, self._columns())

    def _keep(self, change: TableChange) -> None:
        target = self._target
        if target.replaces:
            kept = {file.path for file in change.files}
            for replaced in (file.path for before in self._changes for file in before.files):
                if replaced not in kept:  # the last write wins
                    target.storage.delete(f"{target.table}/{replaced}")
            self._changes = [change]
        elif self._changes and self._changes[0].schema != change.schema:
            raise target.error(DataError, "two writes of one job have different columns or types; give them the same.")
        else:
            self._changes.append(change)
        target.content = "rows"


def _names(given: Sequence[str] | None) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given or ())


def _description_fault(text: object) -> str | None:
    if not isinstance(text, str) or len(text) > _LONGEST_DESCRIPTION:
        return f"must be text of at most {_LONGEST_DESCRIPTION} characters"
    if not text.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in text):
        return "has half a surrogate pair, which is no text"
    return None
