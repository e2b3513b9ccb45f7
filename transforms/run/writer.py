"""What a job writes into one dataset, collected until the job's commit: its mode, and its part of the commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from transforms.engine.local.inheriting import inherit_rows
from transforms.errors import DataError, ForkedProcessError
from transforms.run.file_writer import FileWriter
from transforms.run.reader import DatasetReader
from transforms.run.row_writer import RowWriter
from transforms.run.scope import JobScope, Sealed
from transforms.run.target import Target
from transforms.run.unwritten import unwritten_text
from transforms.spec.resource import Resource
from transforms.store.change import TableChange


class DatasetWriter:
    """Writes one output, as rows or as files, and seals it into its part of the commit.

    :param name: the name of the parameter.
    :param resource: the dataset.
    :param scope: the running job.
    :raises UnsupportedTableError: if the dataset's table has a Delta feature that cannot be written.

    Attributes:
        target: the dataset.
        rows: takes rows.
        files: takes files; what the output's file system stands on.
        value: what the compute function receives.
    """

    def __init__(self, name: str, resource: Resource, scope: JobScope) -> None:
        self.name = name
        self.resource = resource
        self.scope = scope
        self.target = Target(name, resource, scope)
        self.rows = RowWriter(self.target)
        self.files = FileWriter(self.target)
        self.value: Any = None
        self._aborted = False

    def set_mode(self, mode: str) -> None:
        """Choose what writing does to the rows or files there are; only before anything is written."""
        self.target.set_mode(mode)

    def abort(self) -> None:
        """Leave the dataset as it is, whatever was or will be written."""
        self.target.need_job("abort()")
        self._aborted = True

    def reader(self) -> DatasetReader | None:
        """Return the dataset as it was before the job, on this branch or the one it falls back to; None for none."""
        before = self.target.before
        return None if before is None else DatasetReader(self.resource.alias, before, self.scope)

    def seal(self) -> Sequence[Sealed]:
        """Return the dataset's part of the commit."""
        if self._aborted:
            return ()
        change: TableChange | None
        has_rows = self.target.content == "rows"
        if self.files.has_written:
            if has_rows:
                raise self.target.error(
                    DataError, "rows and files were written to it; a dataset holds either rows or files."
                )
            change, summary = self.files.seal()
        elif has_rows:
            change, summary = self.rows.seal()
        else:
            change, summary = self._seal_nothing()
        changes = () if change is None else (change,)
        return (Sealed(self.resource, changes, {"mode": self.target.mode, **summary}),)

    def failed(self, error: BaseException | None) -> None:
        """Close whatever is open; the transaction deletes what was staged."""
        self.files.close()

    def _seal_nothing(self) -> tuple[TableChange | None, dict[str, Any]]:
        target = self.target
        if target.parent is not None and target.rows_before is not None and not target.replaces:
            if target.parent.holds_files:
                return self.files.seal()
            return inherit_rows(target.transaction, target.table, target.parent, None), {"rows": 0}
        if target.base is not None and not target.replaces:
            return None, {"rows": 0}
        self.scope.warnings.append(
            unwritten_text(self.scope, self.name, self.resource, target.base, self.rows.left_out)
        )
        summary = {"rows": 0, "unwritten": True}
        if target.base is None:
            return self.files.seal_empty(), summary
        partitions = tuple(target.base.table.metadata().partition_columns)
        return TableChange(target.table, "overwrite", target.base.schema_json, (), partitions), summary

    def __reduce__(self) -> NoReturn:
        raise ForkedProcessError(
            f"The output {self.resource.alias} cannot be sent to another process, where what is written to it would be lost: "
            "send its filesystem(), into which files can be written there, or return the rows and write them here."
        )
