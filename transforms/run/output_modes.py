"""What an output of an incremental transform is read as: by the read mode, and by what the job has written."""

from __future__ import annotations

from typing import Any

from transforms.errors import DataError
from transforms.run.content import Content
from transforms.run.given_schema import GivenSchema
from transforms.run.listed_files import ListedFiles
from transforms.run.read_modes import ReadMode, read_mode
from transforms.run.reader import DatasetReader
from transforms.run.writer import DatasetWriter
from transforms.run.written import EmptyRows, StagedFiles, WrittenRows
from transforms.store.tables import TableView


class OutputModes:
    """Chooses what is read of an output.

    ============ ===================== ====================================================================
    read mode    something is written  what is read
    ============ ===================== ====================================================================
    previous     no matter             what was there when the run began; nothing in a run on everything
    current      to be added           what was there, and what was written
    current      to replace            what was written
    added        yes                   what was written
    current      no                    what was there
    added        no                    nothing
    ============ ===================== ====================================================================

    :param writer: writes the output.
    """

    def __init__(self, writer: DatasetWriter) -> None:
        self._writer = writer
        self._target = writer.target

    def rows(self, mode: Any, schema: Any, call: str) -> Content:
        """Return the rows of a read mode.

        :param mode: the read mode.
        :param schema: the columns of what is empty, which previous rows must have, too; None for those of the dataset.
        :param call: the reader's name, for messages.
        :raises UsageError: if there is no such mode, or the schema is none.
        :raises DataError: if nothing tells the columns, as no job has written rows and no schema is given.
        :raises SchemaMismatchError: if the previous rows have other columns than the schema says.
        """
        target, what = self._target, f"{call}({mode!r})"
        where = f"{target.resource.alias}: {what}"
        wanted = read_mode(mode, where)
        given = None if schema is None else GivenSchema.of(schema, where)
        if wanted != "previous":
            if self._writer.files.has_written:
                raise target.error(
                    DataError, f"{what} reads rows, and files were written: read them with filesystem()."
                )
            change = self._writer.rows.change
            if change is not None:
                return WrittenRows(target, change, with_earlier=wanted == "current")
        before = target.rows_before
        if before is None or self._reads_nothing(wanted):
            return self._empty(before, given, what)
        if wanted == "previous" and given is not None and not before.holds_files:
            given.check_same(before.fields, where)
        return DatasetReader(target.resource.alias, before, target.scope)

    def files(self, mode: Any, call: str) -> ListedFiles:
        """Return the files of a read mode; for rows, the Parquet files that hold them.

        :param mode: the read mode.
        :param call: the reader's name, for messages.
        :raises UsageError: if there is no such mode.
        """
        target, alias = self._target, self._target.resource.alias
        wanted = read_mode(mode, f"{alias}: {call}({mode!r})")
        if wanted != "previous":
            if self._writer.files.has_written:
                files = self._writer.files
                return StagedFiles(target, files.staged() if wanted == "added" else files.listing())
            if (change := self._writer.rows.change) is not None:
                return WrittenRows(target, change, with_earlier=wanted == "current")
        if target.before is None or self._reads_nothing(wanted):
            return StagedFiles(target, {})
        return DatasetReader(alias, target.before, target.scope)

    def _reads_nothing(self, wanted: ReadMode) -> bool:
        """Whether what was there is not read: it was not added now, and is of no meaning to a run on everything."""
        return wanted == "added" or (wanted == "previous" and not self._target.scope.is_incremental)

    def _empty(self, before: TableView | None, given: GivenSchema | None, what: str) -> Content:
        target = self._target
        if given is not None:
            return EmptyRows(target, given.json)
        if before is not None:
            return DatasetReader(target.resource.alias, before, target.scope, ())
        raise target.error(
            DataError,
            f"{what} needs a schema, as no job has written rows that would tell the columns: {what[:-1]}, schema=...) takes a "
            f"pl.Schema, a pa.Schema or a StructType of Spark.",
        )
