"""Inputs and outputs of incremental runs and virtual tables: declared for annotations, refused when they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms.errors import UnavailableError, UsageError
from transforms.run.files import FileSystem, FoundryDataSidecarFileSystem
from transforms.run.inputs import LightweightInput, TransformInput
from transforms.run.outputs import LightweightOutput, TransformOutput

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


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
        vars(self).update(vars(tinput))
        self._txrange = (prev_txrid, batch_end_txrid)

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

    @property
    def catalog(self) -> str:
        """Refuse with a ValueError, as for tables of a kind that has no catalog."""
        raise UsageError(f"{self.rid}: virtual tables have no catalog here.")

    @property
    def identifier(self) -> str:
        """Refuse with a ValueError, as for tables of a kind that has no identifier."""
        raise UsageError(f"{self.rid}: virtual tables have no identifier here.")

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
        vars(self).update(vars(table_tinput))
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


class IncrementalTransformOutput(TransformOutput):
    """An output of an incremental ``@transform``; declared for annotations, refused when a job runs.

    Follows the public page transforms-python/api-incrementaltransformoutput.

    :param toutput: the output that is written incrementally.
    :param prev_txrid: the previous transaction of the dataset.
    :param mode: the write mode to begin with.
    """

    def __init__(self, toutput: TransformOutput, prev_txrid: str | None = None, mode: str = "replace") -> None:
        TransformOutput.from_transform_output(self, toutput)
        self._mode = mode
        self._prev_txrid = prev_txrid

    def dataframe(self, mode: str = "current", schema: Any = None) -> Any:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"dataframe({mode!r})")

    def pandas(self, mode: str = "current", schema: Any = None) -> pd.DataFrame:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"pandas({mode!r})")

    def filesystem(self, mode: str = "current") -> FileSystem:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"filesystem({mode!r})")


class IncrementalLightweightOutput(LightweightOutput):
    """An output of an incremental single-node transform; declared for annotations, refused when a job runs.

    Follows the public page transforms-python/api-incrementallightweightoutput.

    :param alias: the dataset's path or RID.
    :param rid: its RID.
    :param branch: the branch it is written on.
    """

    def arrow(self, mode: str = "current", schema: Any = None) -> pa.Table:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"arrow({mode!r})")

    def dataframe(self, mode: str = "current", schema: Any = None) -> pd.DataFrame:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"dataframe({mode!r})")

    def pandas(self, mode: str = "current", schema: Any = None) -> pd.DataFrame:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"pandas({mode!r})")

    def polars(self, lazy: bool = False, mode: str = "current", schema: Any = None) -> pl.DataFrame | pl.LazyFrame:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"polars({mode!r})")

    def path(self, mode: str = "current") -> str:
        """Refuse: incremental runs come later."""
        raise incremental_later(f"path({mode!r})")


def incremental_later(call: str) -> UnavailableError:
    """Return the error for a call that only incremental runs have."""
    return UnavailableError(f"{call}: incremental runs are not available in this version; read the whole dataset.")
