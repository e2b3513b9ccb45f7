"""The outputs of a compute function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from transforms.errors import DataError, UnavailableError, UsageError
from transforms.run.datasets import LightweightDataset, PlainDataset
from transforms.run.files import FileSystem, FoundryDataSidecarFileSystem
from transforms.run.reader import DatasetReader
from transforms.run.writer import DatasetWriter
from transforms.run.written import WrittenRows

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


class LightweightOutput(LightweightDataset):
    """A dataset that a single-node transform writes.

    Follows the public page transforms-python/api-lightweightoutput.

    :param alias: the dataset's path or RID.
    :param rid: its RID.
    :param branch: the branch it is written on.
    """

    _writer: DatasetWriter | None = None
    _kind = "output"
    _ways = (
        "An output takes a frame with .write_table(df), or files with .filesystem().open(name, 'w'); what earlier jobs left "
        "comes with .pandas(), .polars() or .arrow()."
    )

    @property
    def transaction_rid(self) -> str:
        """The RID of the transaction that writes."""
        return f"ri.foundry.main.transaction.{self._write('transaction_rid').scope.transaction.id}"

    @property
    def path_for_write_table(self) -> str:
        """A local folder for Parquet files of your own; pass it to :meth:`write_table` when they are written."""
        return str(self._write("path_for_write_table").rows.folder())

    @property
    def path_for_object_store_write_table(self) -> str:
        """The same folder as :attr:`path_for_write_table`: what is written there is part of the transaction."""
        return self.path_for_write_table

    def set_mode(self, mode: str) -> None:
        """Choose what writing does to the rows or files there are.

        :param mode: ``replace`` (the default) replaces them, ``append`` adds and replaces no file, ``modify`` adds and
            may replace files.
        :raises UsageError: if the mode is another word, or something was written already.
        """
        self._write("set_mode()").set_mode(mode)

    def write_table(
        self,
        df: Any,
        column_description: Mapping[str, str] | None = None,
        column_descriptions: Mapping[str, str] | None = None,
    ) -> None:
        """Write rows.

        :param df: a pandas, Polars (also lazy) or PyArrow table, a DuckDB relation, or :attr:`path_for_write_table`
            after Parquet files were written there; None stands for that path too. A pandas index is not stored.
        :param column_description: the older name of ``column_descriptions``.
        :param column_descriptions: a description of each column that has one, at most 800 characters.
        :raises DataError: if a column's name or type cannot be stored; names the column.
        """
        rows = self._write("write_table()").rows
        rows.write(rows.folder() if df is None else df, _one_of(column_description, column_descriptions))

    def write_dataframe(
        self,
        df: Any,
        column_description: Mapping[str, str] | None = None,
        column_descriptions: Mapping[str, str] | None = None,
    ) -> None:
        """Write rows; see :meth:`write_table`."""
        self._write("write_dataframe()").rows.write(df, _one_of(column_description, column_descriptions))

    def write_pandas(
        self,
        df: pd.DataFrame,
        column_description: Mapping[str, str] | None = None,
        column_descriptions: Mapping[str, str] | None = None,
    ) -> None:
        """Write the rows of a pandas frame; its index is not stored."""
        self._write("write_pandas()").rows.write(df, _one_of(column_description, column_descriptions))

    def put_metadata(self, column_descriptions: Mapping[str, str] | None = None) -> None:
        """Take in the Parquet files written below :attr:`path_for_write_table` and describe their columns.

        :raises DataError: if there are none.
        """
        rows = self._write("put_metadata()").rows
        rows.write(rows.folder(), column_descriptions)

    def pandas(self) -> pd.DataFrame:
        """Return the dataset as it was before this job, as a pandas frame."""
        return self._read("pandas()").pandas()

    def dataframe(self) -> pd.DataFrame:
        """Return the dataset as it was before this job, as a pandas frame."""
        return self._read("dataframe()").pandas()

    def arrow(self) -> pa.Table:
        """Return the dataset as it was before this job, as a PyArrow table."""
        return self._read("arrow()").arrow()

    def polars(self, lazy: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Return the dataset as it was before this job, as a Polars frame or a lazy one."""
        mode: Any = lazy  # given by its place, it is a read mode of an incremental run: what was there before, as here
        return self._read("polars()").polars(False if mode == "previous" else lazy)

    def path(self) -> str:
        """Return a local folder with the dataset's files as they were before this job."""
        return self._read("path()").path()

    def filesystem(self) -> FoundryDataSidecarFileSystem:
        """Return the dataset's files, for writing."""
        return FoundryDataSidecarFileSystem(self._write("filesystem()").files)

    def read_unstaged_dataset_as_polars_lazy(self) -> pl.LazyFrame:
        """Return the rows written so far, before they are committed, as a lazy Polars frame.

        :raises DataError: if nothing was written yet.
        """
        return unstaged(self._write("read_unstaged_dataset_as_polars_lazy()"))

    def _write(self, call: str) -> DatasetWriter:
        if self._writer is None:
            raise UnavailableError(
                f"{call}: this output was made by hand; a job gives its function outputs it can write."
            )
        return self._writer

    def _read(self, call: str) -> DatasetReader:
        return previous(self._write(call), call)


class TransformOutput(PlainDataset):
    """A dataset that a plain ``@transform`` writes.

    Follows the public page transforms-python/api-transformoutput.

    :param rid: the dataset's RID.
    :param branch: the branch it is written on.
    :param txrid: the RID of the transaction that writes.
    :param dfreader: reads the dataset as it was before the job.
    :param dfwriter: writes it.
    :param fsbuilder: makes the dataset's file system.
    :param mode: the write mode to begin with.
    """

    _kind = "output"
    _ways = (
        "An output takes a frame with .write_dataframe(df) or .write_pandas(df), or files with .filesystem().open(name, "
        "'w'); what earlier jobs left comes with .dataframe() or .pandas()."
    )

    def __init__(  # noqa: PLR0913 - Foundry's signature
        self,
        rid: str,
        branch: str | None,
        txrid: str | None,
        dfreader: Any,
        dfwriter: Any,
        fsbuilder: Callable[[], FileSystem],
        mode: str = "replace",
    ) -> None:
        super().__init__(rid, branch, (txrid, txrid))
        self._path = dfwriter.resource.alias if isinstance(dfwriter, DatasetWriter) else None
        self._dfreader = dfreader
        self._dfwriter = dfwriter
        self._fsbuilder = fsbuilder
        self._mode = mode

    @classmethod
    def from_transform_output(cls, instance: TransformOutput, delegate: TransformOutput) -> TransformOutput:
        """Give one output everything that another has.

        :param instance: the output that is filled.
        :param delegate: the output that its fields come from.
        :returns: ``instance``.
        """
        instance.__dict__.update(delegate.__dict__)
        return instance

    @property
    def column_descriptions(self) -> dict[str, str]:
        """The column descriptions given so far."""
        return dict(self._dfwriter.rows.descriptions)

    @property
    def batch_incremental_configuration(self) -> Any:
        """Kept for compatibility: None."""
        return None

    def set_mode(self, mode: str) -> None:
        """Choose what writing does to the rows or files there are.

        :param mode: ``replace`` (the default) replaces them, ``append`` adds and replaces no file, ``modify`` adds and
            may replace files.
        :raises UsageError: if the mode is another word, or something was written already.
        """
        self._dfwriter.set_mode(mode)
        self._mode = mode

    def write_dataframe(  # noqa: PLR0913 - Foundry's signature
        self,
        df: Any,
        partition_cols: list[str] | None = None,
        bucket_cols: list[str] | None = None,
        bucket_count: int | None = None,
        sort_by: list[str] | None = None,
        output_format: str | None = None,
        options: Mapping[str, str] | None = None,
        column_descriptions: Mapping[str, str] | None = None,
        column_typeclasses: Mapping[str, Any] | None = None,
    ) -> None:
        """Write rows.

        :param df: a Spark DataFrame, or a pandas, Polars or PyArrow table.
        :param partition_cols: columns of a Spark DataFrame whose values stand in the names of folders.
        :param bucket_cols: columns by whose hash its rows are spread over ``bucket_count`` files.
        :param bucket_count: how many files; Delta keeps no note of buckets, so readers see plain files.
        :param sort_by: columns by which each of these files is sorted.
        :param output_format: ``parquet``, which is what Delta holds.
        :param options: options of Spark's Parquet writer.
        :param column_descriptions: a description of each column that has one, at most 800 characters.
        :param column_typeclasses: kept for compatibility; Delta has no place for them.
        :raises UsageError: if the format is another one, or the layout cannot be.
        :raises DataError: if a column's name or type cannot be stored; names the column.
        :raises EngineError: if Spark cannot compute the frame.
        """
        layout = {
            "partition_cols": partition_cols,
            "bucket_cols": bucket_cols,
            "bucket_count": bucket_count,
            "sort_by": sort_by,
            "output_format": output_format,
            "options": options,
        }
        self._dfwriter.rows.write_laid_out(df, column_descriptions, **layout)

    def write_pandas(self, pandas_df: pd.DataFrame) -> None:
        """Write the rows of a pandas frame; its index is not stored."""
        self._dfwriter.rows.write(pandas_df)

    def write_table(
        self,
        df: Any,
        column_description: Mapping[str, str] | None = None,
        column_descriptions: Mapping[str, str] | None = None,
    ) -> None:
        """Write rows as a single-node output does; beyond Foundry's own methods of a plain ``@transform``."""
        rows = self._dfwriter.rows
        rows.write(rows.folder() if df is None else df, _one_of(column_description, column_descriptions))

    def dataframe(self) -> Any:
        """Return the dataset as it was before this job, as a Spark DataFrame.

        :raises MissingExtraError: if something that Spark needs is missing, or ``--engine local`` rules it out.
        """
        return previous(self._dfwriter, "dataframe()").spark()

    def pandas(self) -> pd.DataFrame:
        """Return the dataset as it was before this job, as a pandas frame."""
        return previous(self._dfwriter, "pandas()").pandas()

    def filesystem(self) -> FileSystem:
        """Return the dataset's files, for writing."""
        return self._fsbuilder()

    def abort(self) -> None:
        """Leave this dataset as it is, whatever was or will be written to it; the job may still succeed."""
        self._dfwriter.abort()


def previous(writer: DatasetWriter, call: str) -> DatasetReader:
    """Return the dataset as it was before the job.

    :raises DataError: if it has never been built.
    """
    reader = writer.reader()
    if reader is None:
        raise DataError(
            f"{writer.resource.alias}: {call} of an output reads what earlier jobs wrote; there is nothing yet."
        )
    return reader


def job_output(writer: DatasetWriter, rid: str) -> LightweightOutput | TransformOutput:
    """Return what the compute function of a job writes a dataset with.

    :param writer: writes the dataset.
    :param rid: its RID.
    """
    transaction = writer.scope.transaction
    if writer.scope.transform.lightweight:
        light = LightweightOutput(writer.resource.alias, rid, transaction.branch)
        light._writer = writer  # noqa: SLF001 - of this module, whose constructors have Foundry's signatures
        return light
    moment = f"ri.foundry.main.transaction.{transaction.id}"
    return TransformOutput(rid, transaction.branch, moment, None, writer, lambda: FileSystem(writer.files))


def unstaged(writer: DatasetWriter) -> pl.LazyFrame:
    """Return the rows that a job has written so far as a lazy Polars frame."""
    change = writer.rows.change
    if change is None:
        raise DataError(f"{writer.resource.alias}: nothing was written in this job yet.")
    frame: Any = WrittenRows(writer.target, change, with_earlier=False).polars(lazy=True)
    return frame  # type: ignore[no-any-return]


def _one_of(older: Mapping[str, str] | None, newer: Mapping[str, str] | None) -> Mapping[str, str] | None:
    if older is not None and newer is not None:
        raise UsageError("column_description is the older name of column_descriptions; give one of them, not both.")
    return newer if older is None else older
