"""Staging a Spark DataFrame: executors write Parquet into the transaction's own folder, and delta-rs commits it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from transforms.engine.local.partitions import NULL, partition_of
from transforms.engine.local.staging import Columns, staged_file
from transforms.engine.spark.types import delta_schema, named_column, without_void
from transforms.errors import DataError, UsageError, nearest
from transforms.store.change import StagedFile, TableChange
from transforms.store.columns import RENAMING, check_names
from transforms.store.storage.base import Storage

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from transforms.store.transaction import Transaction

_log = logging.getLogger(__name__)
_THREADS = 8
_OPTIONS = ("compression", "maxRecordsPerFile", "datetimeRebaseMode", "int96RebaseMode")  # and those of Parquet itself


@dataclass(frozen=True)
class Layout:
    """How the files of a written frame are laid out.

    Attributes:
        mode: whether its rows take the place of those there are, or are added to them.
        partition_by: columns whose values stand in the names of folders.
        bucket_by: columns by whose hash rows are spread over ``buckets`` files.
        buckets: how many files.
        sort_by: columns by which each of these files is sorted.
        options: options of Spark's Parquet writer.
    """

    mode: Literal["overwrite", "append"] = "overwrite"
    partition_by: tuple[str, ...] = ()
    bucket_by: tuple[str, ...] = ()
    buckets: int = 0
    sort_by: tuple[str, ...] = ()
    options: Mapping[str, str] | None = None

    def of_columns(self, columns: Sequence[str]) -> Layout:
        """Return the layout with its columns spelled as a frame has them: to Spark, upper and lower case are the same."""
        spelled = {name.lower(): name for name in columns}

        def names(given: Sequence[str]) -> tuple[str, ...]:
            return tuple(spelled.get(name.lower(), name) for name in given)

        layout = replace(self, partition_by=names(self.partition_by), bucket_by=names(self.bucket_by))
        return replace(layout, sort_by=names(self.sort_by))


def stage_dataframe(
    transaction: Transaction,
    table: str,
    frame: DataFrame,
    layout: Layout,
    columns: Columns,
) -> TableChange:
    """Let Spark write a frame where its table will find it, and return the change that would commit it.

    :param transaction: the transaction that stages.
    :param table: the table's folder, relative to the store's root.
    :param frame: the frame; nothing of it is computed before.
    :param layout: how its files are laid out, and what becomes of those there are.
    :param columns: what is known of its columns.
    :raises DataError: if a column has a name or type that Delta cannot hold, or the layout names one that is missing.
    """
    what = columns.dataset or table
    check_names(frame.columns, what, RENAMING["pyspark"])
    frame = without_void(frame, columns.there)
    schema = delta_schema(frame.schema, what, columns.described(frame.columns))
    layout = layout.of_columns(frame.columns)
    _check(layout, frame.columns, what)
    _warn_of_options(layout.options or {}, what)
    if layout.bucket_by:
        _log.warning(
            "%s: the rows are laid out in %d buckets of %s, which Delta cannot note: readers do not know of it.",
            what,
            layout.buckets,
            ", ".join(layout.bucket_by),
        )
        frame = frame.repartition(layout.buckets, *layout.bucket_by)
        frame = frame.sortWithinPartitions(*layout.sort_by) if layout.sort_by else frame
    frame = _with_telling_folders(frame, layout.partition_by, what)
    storage = transaction.store.storage
    folder = f"{transaction.staging_name(table)}/spark-{uuid.uuid4().hex}"
    writer = frame.write.mode("error").options(**{"compression": "zstd", **(layout.options or {})})
    if layout.partition_by:
        writer = writer.partitionBy(*layout.partition_by)
    writer.parquet(storage.spark_uri(folder))
    there = storage.files(folder)
    written = {
        path: found.size
        for path, found in sorted(there.items())
        if path.endswith(".parquet") and path.rpartition("/")[2][0] not in "._"
    }
    # Sums and marks of Hadoop's, which no table names and nobody would delete.
    storage.delete_many([f"{folder}/{path}" for path in there.keys() - written.keys()])
    inside = folder.removeprefix(f"{table}/")
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="footers") as pool:
        staged = list(pool.map(lambda one: _staged(storage, table, inside, *one), written.items()))
    files = tuple(file for file in staged if file.rows)
    for file in staged:
        if not file.rows:  # Spark writes one to keep the schema, which Delta's log has
            storage.delete(f"{table}/{file.path}")
    return TableChange(table, layout.mode, schema, files, layout.partition_by)


def _with_telling_folders(frame: DataFrame, partition_by: Sequence[str], what: str) -> DataFrame:
    """Return a frame whose partition values are read from the names of folders as what they are, or fail when written."""
    from pyspark.sql import functions as F

    kinds = {field.name: field.dataType.typeName() for field in frame.schema}
    for name in partition_by:
        if kinds[name] == "timestamp" and frame.sparkSession.conf.get("spark.sql.session.timeZone") not in (
            "UTC",
            "Etc/UTC",
        ):
            raise DataError(
                f"{what}: partition_cols names {name!r}, a time, and readers take the names of its folders for UTC: set "
                f"spark.sql.session.timeZone to 'UTC', or partition by a date."
            )
        if kinds[name] == "binary":
            raise DataError(
                f"{what}: partition_cols names {name!r}, which is binary, and names of folders are text: partition by "
                f"another column, such as hex({name})."
            )
        if kinds[name] == "string":
            refusal = F.raise_error(
                F.lit(
                    f"{what}: the partition column {name!r} holds an empty text, or {NULL}, which would be read as "
                    f"null: give it another value, or do not partition by it."
                )
            )
            column = named_column(name)
            frame = frame.withColumn(name, F.when(column.isin("", NULL), refusal).otherwise(column))
    return frame


def _staged(storage: Storage, table: str, folder: str, path: str, size: int) -> StagedFile:
    described = staged_file(storage, table, f"{folder}/{path}", size)
    values = dict(partition_of(part) for part in path.split("/")[:-1])
    if not values:
        return described
    return StagedFile(described.path, described.size, described.rows, described.stats, values)


def _check(layout: Layout, columns: Sequence[str], what: str) -> None:
    if bool(layout.bucket_by) != bool(layout.buckets):
        raise UsageError(f"{what}: bucket_cols and bucket_count belong together; give both or neither.")
    if layout.sort_by and not layout.bucket_by:
        raise UsageError(f"{what}: sort_by sorts the rows of a bucket; give bucket_cols and bucket_count with it.")
    if not isinstance(layout.buckets, int) or layout.buckets < 0:
        raise UsageError(f"{what}: bucket_count is a whole number above 0; got {layout.buckets!r}.")
    named = {"partition_cols": layout.partition_by, "bucket_cols": layout.bucket_by, "sort_by": layout.sort_by}
    for argument, names in named.items():
        missing = [name for name in names if name not in columns]
        if missing:
            raise DataError(
                f"{what}: {argument} names {missing[0]!r}, which is no column; there are {', '.join(columns)}."
            )
    if layout.partition_by and set(layout.partition_by) >= set(columns):
        raise DataError(f"{what}: partition_cols names every column; leave at least one to be stored in the files.")


def _warn_of_options(options: Mapping[str, str], what: str) -> None:
    # Spark itself passes over what it does not know. No error, as a file that runs on Foundry has to run here.
    known = {name.lower() for name in _OPTIONS}
    for name in options:
        if name.lower() not in known and not name.lower().startswith("parquet."):
            _log.warning(
                "%s: the option %r changes nothing, as Spark's Parquet writer does not know it.%s",
                what,
                name,
                nearest(name, _OPTIONS),
            )
