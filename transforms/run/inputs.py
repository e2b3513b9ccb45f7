"""The inputs of a compute function."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, overload

from transforms.common.forks import need_threads
from transforms.errors import UnavailableError
from transforms.run.datasets import LightweightDataset, PlainDataset
from transforms.run.files import FileSystem, FoundryDataSidecarFileSystem
from transforms.run.reader import DatasetReader

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


def transaction_rid(seq: int) -> str:
    """Return the RID of the transaction that a ledger row is."""
    return f"ri.foundry.main.transaction.{seq:08d}"


def _same(files: FileSystem) -> FileSystem:
    return files


class LightweightInput(LightweightDataset):
    """A dataset that a single-node transform reads.

    Follows the public page transforms-python/api-lightweightinput.

    :param alias: the dataset's path or RID.
    :param rid: its RID.
    :param branch: the branch it is read on.
    """

    _reader: DatasetReader | None = None
    _kind = "input"
    _ways = (
        "Its rows come with .pandas(), .polars() or .arrow(), its files with .path() or .filesystem(): call one of them "
        "first, and go on with what it returns."
    )

    @property
    def start_transaction_rid(self) -> str | None:
        """The first transaction that is read: the same as the last, as the whole dataset is."""
        return self.end_transaction_rid

    @property
    def end_transaction_rid(self) -> str | None:
        """The last transaction that is read."""
        return transaction_rid(self._read("end_transaction_rid").view.seq)

    def dataframe(self) -> pd.DataFrame:
        """Return the whole dataset as a pandas frame."""
        return self._read("dataframe()").pandas()

    def pandas(self) -> pd.DataFrame:
        """Return the whole dataset as a pandas frame."""
        return self._read("pandas()").pandas()

    @overload
    def polars(self, lazy: Literal[False] = False) -> pl.DataFrame: ...
    @overload
    def polars(self, lazy: Literal[True]) -> pl.LazyFrame: ...
    @overload
    def polars(self, lazy: bool) -> pl.DataFrame | pl.LazyFrame: ...

    def polars(self, lazy: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Return the whole dataset as a Polars frame.

        :param lazy: True for a LazyFrame, which reads only what a query needs.
        """
        return self._read("polars()").polars(lazy)

    def arrow(self) -> pa.Table:
        """Return the whole dataset as a PyArrow table."""
        return self._read("arrow()").arrow()

    def path(self) -> str:
        """Return a local folder with the dataset's files under their own names; it lives as long as the job."""
        return self._read("path()").path()

    def filesystem(self) -> FoundryDataSidecarFileSystem:
        """Return the dataset's files, for reading."""
        return FoundryDataSidecarFileSystem(self._read("filesystem()"), read_only=True)

    def _read(self, call: str) -> DatasetReader:
        if self._reader is None:
            raise UnavailableError(f"{call}: this input was made by hand; a job gives its function inputs it can read.")
        return self._reader


class TransformInput(PlainDataset):
    """A dataset that a plain ``@transform`` reads.

    Follows the public page transforms-python/api-transforminput.

    :param rid: the dataset's RID.
    :param branch: the branch it is read on.
    :param txrange: the first and the last transaction that are read.
    :param dfreader: reads the dataset's rows.
    :param fsbuilder: makes the dataset's file system.
    :param batch_incremental_config: kept for compatibility.
    """

    _kind = "input"
    _ways = (
        "Its rows come with .dataframe() for Spark, .pandas(), .polars() or .arrow(), its files with .filesystem(): call one "
        "of them first, and go on with what it returns."
    )

    def __init__(  # noqa: PLR0913 - Foundry's signature
        self,
        rid: str,
        branch: str | None,
        txrange: tuple[str | None, str | None],
        dfreader: Any,
        fsbuilder: Callable[[], FileSystem],
        batch_incremental_config: Any = None,
    ) -> None:
        super().__init__(rid, branch, txrange)
        self._path = dfreader.name if isinstance(dfreader, DatasetReader) else None
        self._dfreader = dfreader
        self._fsbuilder = fsbuilder
        self._batch_incremental_config = batch_incremental_config
        self._dataframe: Any = None

    @property
    def column_descriptions(self) -> dict[str, str]:
        """The description of each column that has one."""
        return dict(self._dfreader.view.column_descriptions)

    @property
    def batch_incremental_configuration(self) -> Any:
        """Kept for compatibility: None."""
        return self._batch_incremental_config

    def dataframe(self) -> Any:
        """Return the dataset as a Spark DataFrame, the same one each time.

        :raises MissingExtraError: if something that Spark needs is missing, or ``--engine local`` rules it out.
        :raises ForkedProcessError: in a forked process, which would speak to Spark on its parent's connection.
        """
        need_threads(f"{self._dfreader.name}: dataframe()")  # in a forked process, also of one that is there
        if self._dataframe is None:
            self._dataframe = self._dfreader.spark()
        return self._dataframe

    def pandas(self) -> pd.DataFrame:
        """Return the whole dataset as a pandas frame."""
        frame: pd.DataFrame = self._dfreader.pandas()
        return frame

    @overload
    def polars(self, lazy: Literal[False] = False) -> pl.DataFrame: ...
    @overload
    def polars(self, lazy: Literal[True]) -> pl.LazyFrame: ...
    @overload
    def polars(self, lazy: bool) -> pl.DataFrame | pl.LazyFrame: ...

    def polars(self, lazy: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Return the whole dataset as a Polars frame, or as a lazy one; beyond Foundry's own methods."""
        frame: pl.DataFrame | pl.LazyFrame = self._dfreader.polars(lazy)
        return frame

    def arrow(self) -> pa.Table:
        """Return the whole dataset as a PyArrow table; beyond Foundry's own methods."""
        return self._dfreader.arrow()

    def filesystem(self) -> FileSystem:
        """Return the dataset's files, for reading."""
        return self._fsbuilder()

    def __getstate__(self) -> dict[str, Any]:
        # In another process there is no job; its rows and files can be read there, and what names it is known.
        files = self.filesystem()
        return {**self.__dict__, "_dataframe": None, "_fsbuilder": partial(_same, files)}


def job_input(reader: DatasetReader, rid: str, branch: str, lightweight: bool) -> LightweightInput | TransformInput:
    """Return what the compute function of a job reads a dataset with.

    :param reader: reads the dataset.
    :param rid: its RID.
    :param branch: the branch it was found on.
    :param lightweight: whether the job runs on a single node by its declaration.
    """
    if lightweight:
        light = LightweightInput(reader.name, rid, branch)
        light._reader = reader  # noqa: SLF001 - of this module, whose constructors have Foundry's signatures
        return light
    return plain_input(reader, rid, branch)


def plain_input(reader: DatasetReader, rid: str, branch: str) -> TransformInput:
    """Return what a plain ``@transform`` reads a dataset with; see :func:`job_input`."""
    moment = transaction_rid(reader.view.seq)
    return TransformInput(rid, branch, (moment, moment), reader, lambda: FileSystem(reader, read_only=True))
