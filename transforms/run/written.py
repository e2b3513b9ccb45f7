"""What an output can be read as while its job runs: columns without rows, or what the job has written so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms.common.forks import need_threads
from transforms.run.content import Content
from transforms.run.file_rows import Listing
from transforms.run.files import FileStatus
from transforms.run.listed_files import ListedFiles
from transforms.run.reader import DatasetReader
from transforms.run.target import Target
from transforms.store.change import TableChange
from transforms.store.storage.base import Storage, StoredFile

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from transforms.engine.spark.engine import SparkEngine


class _OfOutput(ListedFiles):
    """Something of an output.

    :param target: the output.
    """

    def __init__(self, target: Target) -> None:
        super().__init__(target.resource.alias, target.scope)
        self._target = target

    @property
    def storage(self) -> Storage:
        """Where the output lies."""
        return self._target.storage

    def _engine(self, call: str) -> SparkEngine:
        return self._running(call).spark(f"{self.name}: {call}", ".pandas() or .polars()")


class StagedFiles(_OfOutput):
    """Raw files of an output, as they are now.

    :param target: the output.
    :param files: the files; none for a dataset that has none.
    """

    def __init__(self, target: Target, files: Listing) -> None:
        super().__init__(target)
        self._files = files

    def listing(self) -> Listing:
        """Return the files."""
        return self._files


class EmptyRows(_OfOutput, Content):
    """Columns without rows.

    :param target: the output.
    :param schema: the columns, as Delta's schema JSON.
    """

    def __init__(self, target: Target, schema: str) -> None:
        super().__init__(target)
        self._schema = schema

    def polars(self, lazy: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Return a Polars frame without rows, or a lazy one."""
        import polars as pl

        frame = pl.from_arrow(self.arrow())
        assert isinstance(frame, pl.DataFrame)
        return frame.lazy() if lazy else frame

    def arrow(self) -> pa.Table:
        """Return an Arrow table without rows."""
        from transforms.engine.local.types import arrow_schema

        return arrow_schema(self._schema).empty_table()

    def pandas(self) -> pd.DataFrame:
        """Return a pandas frame without rows."""
        return self.arrow().to_pandas()

    def spark(self, call: str = "dataframe()") -> Any:
        """Return a Spark DataFrame without rows."""
        from transforms.engine.spark.reading import frame_of

        return frame_of(self._engine(call), self._schema)

    def listing(self) -> Listing:
        """Return nothing."""
        return {}


class WrittenRows(_OfOutput, Content):
    """The rows that a job has written into a dataset, with those that were there if they are added to them.

    :param target: the output.
    :param change: what was written.
    :param with_earlier: whether rows that were there and stay are read too.
    """

    def __init__(self, target: Target, change: TableChange, with_earlier: bool) -> None:
        super().__init__(target)
        self._change = change
        self._before = target.rows_before if with_earlier and change.mode == "append" else None

    def polars(self, lazy: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Return the rows as a Polars frame, or as a lazy one."""
        from transforms.engine.local.full_view import scan_changed
        from transforms.engine.local.lazy import PinnedFrame

        need_threads(f"Reading {self.name}")
        frame = scan_changed(self.storage, self._change, self._before)
        return PinnedFrame.of(frame) if lazy else frame.collect()

    def arrow(self) -> pa.Table:
        """Return the rows as an Arrow table."""
        from transforms.engine.local.full_view import read_changed

        need_threads(f"Reading {self.name}")
        return read_changed(self.storage, self._change, self._before)

    def pandas(self) -> pd.DataFrame:
        """Return the rows as a pandas frame."""
        from transforms.engine.local.pandas_frames import pandas_frame

        return pandas_frame(self.arrow(), self.name)

    def spark(self, call: str = "dataframe()") -> Any:
        """Return the rows as a Spark DataFrame."""
        from transforms.engine.spark.reading import frame_of, read_changed

        engine = self._engine(call)
        if waits_for_upload(self.storage, self._change):
            return frame_of(engine, self._change.schema, self.arrow())
        return read_changed(engine, self.storage, self._change, self._before)

    def listing(self) -> Listing:
        """Return the Parquet files that hold the rows."""
        earlier = {} if self._before is None else DatasetReader(self.name, self._before, None).listing()
        written = {}
        for file in self._change.files:
            place = StoredFile(self.storage, f"{self._change.table}/{file.path}")
            modified = int(place.local().stat().st_mtime * 1000)
            written[file.path] = (FileStatus(file.path, file.size, modified), place)
        return {**earlier, **written}


def waits_for_upload(storage: Storage, change: TableChange) -> bool:
    """Whether what a change brings is in this machine alone, where the executors of a cluster cannot read it yet.

    :param storage: the store's storage.
    :param change: the change.
    """
    return not storage.is_local and any(storage.work(f"{change.table}/{file.path}").exists() for file in change.files)
