"""The inputs of a compute function."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from transforms.errors import DeclarationError, MissingExtraError, UnavailableError
from transforms.run.files import FileSystem, FoundryDataSidecarFileSystem
from transforms.run.reader import DatasetReader
from transforms.run.scope import JobScope, resource_rid
from transforms.spec.resource import Resource

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


def spark_only(call: str, instead: str) -> MissingExtraError:
    """Return the error for a call that needs Spark in a job on the local engine."""
    return MissingExtraError(
        f"{call} gives a Spark DataFrame, and this job runs on the local engine: use {instead}, or install the extra "
        f"with pip install 'transforms-on-delta[spark]'."
    )


def transaction_rid(seq: int) -> str:
    """Return the RID of the transaction that a ledger row is."""
    return f"ri.foundry.main.transaction.{seq:08d}"


class LightweightInput:
    """A dataset that a single-node transform reads.

    Follows the public page transforms-python/api-lightweightinput.

    :param alias: the dataset's path or RID.
    :param rid: its RID.
    :param branch: the branch it is read on.
    """

    _reader: DatasetReader

    def __init__(self, alias: str, rid: str, branch: str | None = None) -> None:
        self._alias = alias
        self._rid = rid
        self._branch = branch

    @property
    def alias(self) -> str:
        """The dataset's path or RID, as the transform declares it."""
        return self._alias

    @property
    def rid(self) -> str:
        """The dataset's RID."""
        return self._rid

    @property
    def branch(self) -> str | None:
        """The branch the dataset is read on."""
        return self._branch

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
        if not hasattr(self, "_reader"):
            raise UnavailableError(f"{call}: this input was made by hand; a job gives its function inputs it can read.")
        return self._reader


class TransformInput:
    """A dataset that a plain ``@transform`` reads.

    Follows the public page transforms-python/api-transforminput.

    :param rid: the dataset's RID.
    :param branch: the branch it is read on.
    :param txrange: the first and the last transaction that are read.
    :param dfreader: reads the dataset's rows.
    :param fsbuilder: makes the dataset's file system.
    :param batch_incremental_config: kept for compatibility.
    """

    def __init__(
        self,
        rid: str,
        branch: str | None,
        txrange: tuple[str | None, str | None],
        dfreader: Any,
        fsbuilder: Callable[[], FileSystem],
        batch_incremental_config: Any = None,
    ) -> None:
        self._rid = rid
        self._branch = branch
        self._txrange = txrange
        self._dfreader = dfreader
        self._fsbuilder = fsbuilder
        self._batch_incremental_config = batch_incremental_config
        self._path: str | None = None

    @property
    def rid(self) -> str:
        """The dataset's RID."""
        return self._rid

    @property
    def path(self) -> str | None:
        """The dataset's path, as the transform declares it."""
        return self._path

    @property
    def branch(self) -> str | None:
        """The branch the dataset is read on."""
        return self._branch

    @property
    def column_descriptions(self) -> dict[str, str]:
        """The description of each column that has one."""
        return dict(self._dfreader.view.column_descriptions)

    @property
    def column_typeclasses(self) -> dict[str, Any]:
        """The type classes of each column: none, as Delta has no place for them."""
        return {}

    @property
    def start_transaction_rid(self) -> str | None:
        """The first transaction that is read."""
        return self._txrange[0]

    @property
    def end_transaction_rid(self) -> str | None:
        """The last transaction that is read."""
        return self._txrange[1]

    @property
    def batch_incremental_configuration(self) -> Any:
        """Kept for compatibility: None."""
        return self._batch_incremental_config

    def dataframe(self) -> Any:
        """Return the dataset as a Spark DataFrame.

        :raises MissingExtraError: on the local engine.
        """
        raise spark_only(f"{self._path or self._rid}: dataframe() in a plain @transform", ".pandas() or .polars()")

    def pandas(self) -> pd.DataFrame:
        """Return the whole dataset as a pandas frame."""
        frame: pd.DataFrame = self._dfreader.pandas()
        return frame

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


class IncrementalTransformInput(TransformInput):
    """An input of an incremental ``@transform``; declared for annotations, refused when a job runs.

    Follows the public page transforms-python/api-incrementaltransforminput.

    :param tinput: the input that is read incrementally.
    :param prev_txrid: the last transaction that the previous run read.
    :param batch_end_txrid: the last transaction that this run reads.
    """

    def __init__(
        self, tinput: TransformInput, prev_txrid: str | None = None, batch_end_txrid: str | None = None
    ) -> None:
        txrange = (prev_txrid, batch_end_txrid)
        super().__init__(tinput.rid, tinput.branch, txrange, tinput._dfreader, tinput._fsbuilder)

    def dataframe(self, mode: str = "added") -> Any:
        """Refuse: incremental runs come later.

        :param mode: ``added``, ``current`` or ``previous``.
        """
        raise incremental_later(f"dataframe({mode!r})")

    def filesystem(self, mode: str = "added") -> FileSystem:
        """Refuse: incremental runs come later.

        :param mode: ``added``, ``current`` or ``previous``.
        """
        raise incremental_later(f"filesystem({mode!r})")


class IncrementalLightweightInput(LightweightInput):
    """An input of an incremental single-node transform; declared for annotations, refused when a job runs.

    Follows the public page transforms-python/api-incrementallightweightinput.

    :param alias: the dataset's path or RID.
    :param rid: its RID.
    :param branch: the branch it is read on.
    """

    def arrow(self, mode: str = "added") -> pa.Table:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"arrow({mode!r})")

    def dataframe(self, mode: str = "added") -> pd.DataFrame:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"dataframe({mode!r})")

    def pandas(self, mode: str = "added") -> pd.DataFrame:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"pandas({mode!r})")

    def polars(self, lazy: bool = False, mode: str = "added") -> pl.DataFrame | pl.LazyFrame:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"polars({mode!r})")

    def path(self, mode: str = "added") -> str:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"path({mode!r})")

    def filesystem(self, mode: str = "added") -> FoundryDataSidecarFileSystem:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"filesystem({mode!r})")


class TableTransformInput:
    """A virtual table that a transform reads; declared for annotations, refused when a job runs.

    Follows the public page transforms-python/api-tabletransforminput.

    :param rid: the table's RID.
    :param branch: the branch it is read on.
    :param table_dfreader: reads the table.
    """

    def __init__(self, rid: str, branch: str | None, table_dfreader: Any) -> None:
        self.rid = rid
        self.branch = branch
        self._table_dfreader = table_dfreader

    def dataframe(self, options: dict[str, str] | None = None) -> Any:
        """Refuse: virtual tables are not available."""
        raise UnavailableError(f"{self.rid}: virtual tables cannot be read by this version.")


class IncrementalTableTransformInput(TableTransformInput):
    """A virtual table that is read incrementally; declared for annotations, refused when a job runs.

    Follows the public page transforms-python/api-incrementaltabletransforminput.

    :param table_tinput: the table.
    :param from_version: the version that the previous run read.
    """

    def __init__(self, table_tinput: TableTransformInput, from_version: Any) -> None:
        super().__init__(table_tinput.rid, table_tinput.branch, table_tinput._table_dfreader)
        self.from_version = from_version

    def dataframe(  # type: ignore[override]
        self, mode: str = "added", options: dict[str, str] | None = None
    ) -> Any:
        """Refuse: virtual tables are not available."""
        raise UnavailableError(f"{self.rid}: virtual tables cannot be read by this version.")

    def changelog(self, identifier_columns: Any = None) -> Any:
        """Refuse: virtual tables are not available."""
        raise UnavailableError(f"{self.rid}: virtual tables cannot be read by this version.")

    def filesystem(self, mode: str = "added") -> Any:
        """Refuse: virtual tables are not available."""
        raise UnavailableError(f"{self.rid}: virtual tables cannot be read by this version.")


def incremental_later(call: str) -> UnavailableError:
    """Return the error for a call that only incremental runs have."""
    return UnavailableError(f"{call}: incremental runs are not available in this version; read the whole dataset.")


def open_input(param: Any, name: str, scope: JobScope) -> Any:
    """Return what a compute function receives for an ``Input``: a frame, or an input object."""
    if not param.resources:
        raise DeclarationError(
            f"The input {name!r} of {scope.transform.__name__} ({scope.transform.source}) has no alias, so there is "
            f"nothing to read: write Input('/path/of/dataset')."
        )
    resource: Resource = param.resources[0]
    view = scope.open(resource)
    reader = DatasetReader(resource.alias, view, scope)
    form = scope.transform.form
    if form == "transform_pandas":
        return reader.pandas()
    if form == "transform_polars":
        return reader.polars()
    branch = scope.pins[resource.key].branch
    if scope.transform.lightweight:
        light = LightweightInput(resource.alias, resource_rid(resource), branch)
        light._reader = reader
        return light
    moment = transaction_rid(view.seq)
    plain = TransformInput(
        resource_rid(resource), branch, (moment, moment), reader, lambda: FileSystem(reader, read_only=True)
    )
    plain._path = resource.alias
    return plain


def open_input_set(param: Any, name: str, scope: JobScope) -> list[Any]:
    """Return what a compute function receives for an ``InputSet``: a list of inputs, in the order of the aliases."""
    return [open_input(member, name, scope) for member in param.members]
