"""The outputs of an incremental transform: what was there, and what is written, can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms.run.files import FileSystem, FoundryDataSidecarFileSystem
from transforms.run.inputs import transaction_rid
from transforms.run.output_modes import OutputModes
from transforms.run.outputs import LightweightOutput, TransformOutput, job_output
from transforms.run.read_modes import by_place
from transforms.run.writer import DatasetWriter

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


class IncrementalTransformOutput(TransformOutput):
    """An output of an incremental ``@transform``.

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
        """Return rows as a Spark DataFrame.

        :param mode: ``previous`` for what was there when the run began (nothing in a run on everything), ``current`` for
            what is there now, ``added`` for what was written.
        :param schema: the columns of what is empty, a ``StructType``, ``pl.Schema`` or ``pa.Schema``; ``previous`` compares
            it with the dataset's. A dataset that has never been built needs one.
        :raises UsageError: if the mode is another word.
        :raises DataError: if nothing tells the columns.
        :raises SchemaMismatchError: if the dataset has other columns; names the first with both types.
        :raises MissingExtraError: if something that Spark needs is missing, or ``--engine local`` rules it out.
        """
        return self._modes.rows(mode, schema, "dataframe").spark()

    def pandas(self, mode: str = "current", schema: Any = None) -> pd.DataFrame:
        """Return rows as a pandas frame.

        :param mode: as for :meth:`dataframe`.
        :param schema: as for :meth:`dataframe`.
        """
        return self._modes.rows(mode, schema, "pandas").pandas()

    def filesystem(self, mode: str = "current") -> FileSystem:
        """Return files: those of ``current`` for writing, too, the others for reading.

        :param mode: as for :meth:`dataframe`.
        :raises UsageError: if it is another word.
        """
        if mode == "current":
            return self._fsbuilder()
        return FileSystem(self._modes.files(mode, "filesystem"), read_only=True)

    @property
    def _modes(self) -> OutputModes:
        return OutputModes(self._dfwriter)


class IncrementalLightweightOutput(LightweightOutput):
    """An output of an incremental single-node transform.

    Follows the public page transforms-python/api-incrementallightweightoutput.

    :param alias: the dataset's path or RID.
    :param rid: its RID.
    :param branch: the branch it is written on.
    """

    def dataframe(self, mode: str = "current", schema: Any = None) -> pd.DataFrame:
        """Return rows as a pandas frame.

        :param mode: ``previous`` for what was there when the run began (nothing in a run on everything), ``current`` for
            what is there now, ``added`` for what was written.
        :param schema: the columns of what is empty, a ``pl.Schema``, ``pa.Schema`` or ``StructType``; ``previous`` compares
            it with the dataset's. A dataset that has never been built needs one.
        :raises UsageError: if the mode is another word.
        :raises DataError: if nothing tells the columns.
        :raises SchemaMismatchError: if the dataset has other columns; names the first with both types.
        """
        return self._modes("dataframe()").rows(mode, schema, "dataframe").pandas()

    def pandas(self, mode: str = "current", schema: Any = None) -> pd.DataFrame:
        """Return rows as a pandas frame.

        :param mode: as for :meth:`dataframe`.
        :param schema: as for :meth:`dataframe`.
        """
        return self._modes("pandas()").rows(mode, schema, "pandas").pandas()

    def arrow(self, mode: str = "current", schema: Any = None) -> pa.Table:
        """Return rows as a PyArrow table.

        :param mode: as for :meth:`dataframe`.
        :param schema: as for :meth:`dataframe`.
        """
        return self._modes("arrow()").rows(mode, schema, "arrow").arrow()

    def polars(self, lazy: bool = False, mode: str = "current", schema: Any = None) -> pl.DataFrame | pl.LazyFrame:
        """Return rows as a Polars frame.

        :param lazy: True for a LazyFrame, which reads only what a query needs.
        :param mode: as for :meth:`dataframe`; it may stand in the first place, and the schema in the second.
        :param schema: as for :meth:`dataframe`.
        """
        lazy, mode, schema = by_place(lazy, mode, schema)
        return self._modes("polars()").rows(mode, schema, "polars").polars(lazy)

    def path(self, mode: str = "current") -> str:
        """Return a local folder with files under their own names; it lives as long as the job.

        :param mode: as for :meth:`dataframe`.
        """
        return self._modes("path()").files(mode, "path").path()

    def filesystem(self, mode: str = "current") -> FoundryDataSidecarFileSystem:
        """Return files: those of ``current`` for writing, too, the others for reading.

        :param mode: as for :meth:`dataframe`; that it is taken follows Foundry's guide to historical datasets.
        :raises UsageError: if it is another word.
        """
        if mode == "current":
            return super().filesystem()
        files = self._modes("filesystem()").files(mode, "filesystem")
        return FoundryDataSidecarFileSystem(files, read_only=True, read_mode=mode)

    def _modes(self, call: str) -> OutputModes:
        return OutputModes(self._write(call))


def incremental_output(writer: DatasetWriter, rid: str) -> IncrementalLightweightOutput | IncrementalTransformOutput:
    """Return what the compute function of an incremental job writes a dataset with.

    :param writer: writes the dataset.
    :param rid: its RID.
    """
    plain = job_output(writer, rid)
    if isinstance(plain, TransformOutput):
        before = writer.target.before
        return IncrementalTransformOutput(
            plain, None if before is None else transaction_rid(before.seq), writer.target.mode
        )
    light = IncrementalLightweightOutput(plain.alias, plain.rid, plain.branch)
    light._writer = writer  # noqa: SLF001 - of this module, whose constructors have Foundry's signatures
    return light
