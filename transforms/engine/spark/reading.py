"""A pinned version of a dataset, or what was added to it, as a Spark DataFrame."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote

from transforms.common.json_text import from_json
from transforms.common.paths import escape
from transforms.engine.local.data_files import DataFile, files_of
from transforms.engine.local.partitions import partition_of
from transforms.engine.spark.types import named_column
from transforms.store.additions import AddedFile
from transforms.store.change import TableChange
from transforms.store.features import can_read, unreadable
from transforms.store.storage.base import Storage
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

    from transforms.engine.spark.engine import SparkEngine

_FEW = 8
"""How many files Spark has opened itself before Delta has read a table's log, for which it runs several jobs of Spark's."""

Values: TypeAlias = tuple[tuple[str, str | None], ...]
"""The value of each partition column that Spark cannot find in the names of folders."""


def read_dataframe(
    engine: SparkEngine, view: TableView, name: str, files: Sequence[AddedFile] | None = None
) -> DataFrame:
    """Return the version as a Spark DataFrame: read by Delta where its jar is, else by the version's files.

    What is small is read by its files also where Delta could, as that takes less time.

    :param engine: Spark.
    :param view: the version.
    :param name: the dataset, for messages.
    :param files: files that were added to the table, to read their rows alone, with all columns of the version; not all of
        them need to be in it, as merging may have put others in their place.
    :raises UnsupportedTableError: if only Delta can read it, and its jar is missing or files were asked for.
    """
    engine.reach(view.storage)
    if files is not None:
        if files and not can_read(view.table, "added files"):
            why = "does not let single files be read"
            raise unreadable(view.table, name, why, "Read the whole dataset with dataframe('current')")
        return _read_files(engine, view.storage, view.name, view.schema_json, files)
    if engine.has_delta and not _is_plain(view):
        reader = engine.session.read.format("delta").option("versionAsOf", view.version)
        return reader.load(view.storage.spark_uri(view.name))
    return _read_version(engine, view, name)


def read_changed(engine: SparkEngine, storage: Storage, change: TableChange, before: TableView | None) -> DataFrame:
    """Return the rows that a dataset will have once a change is committed.

    :param engine: Spark.
    :param storage: where the staged files lie, and lie already.
    :param change: the change.
    :param before: the dataset that it changes; None where there is none.
    """
    engine.reach(storage)
    staged = _read_files(engine, storage, change.table, change.schema, change.files)
    if change.mode == "overwrite" or before is None:
        return staged
    return read_dataframe(engine, before, before.name).unionByName(staged, allowMissingColumns=True)


def frame_of(engine: SparkEngine, schema_json: str, rows: pa.Table | None = None) -> DataFrame:
    """Return rows that are in this process as a Spark DataFrame.

    :param engine: Spark.
    :param schema_json: the columns, as Delta's schema JSON.
    :param rows: the rows, with these columns; none when None.
    """
    from pyspark.sql.types import StructType

    return engine.session.createDataFrame([] if rows is None else rows, StructType.fromJson(from_json(schema_json)))


def _is_plain(view: TableView) -> bool:
    """Whether Spark gives the same frame for the version's files as Delta does, and sooner: few, and of columns alone."""
    return (
        can_read(view.table, "spark files")
        and not view.table.metadata().partition_columns
        and "false" not in view.schema_json  # a column without nulls, which Spark forgets of files
        and len(view.table.file_uris()) <= _FEW
        and not any(_is_elsewhere(path) for path in view.table.get_add_actions().column("path").to_pylist())
    )


def _is_elsewhere(path: str) -> bool:
    """Whether a file lies outside of its table's folder, as those of a shallow clone do, which are Delta's to follow."""
    return ":" in path or escape(unquote(path)) is not None


def _read_version(engine: SparkEngine, view: TableView, name: str) -> DataFrame:
    from transforms.engine.spark.jars import FETCH_COMMAND

    if not can_read(view.table, "spark files"):
        raise unreadable(
            view.table, name, "Spark cannot read without Delta's jar", f"Fetch the jar with: {FETCH_COMMAND}"
        )
    return _read_files(engine, view.storage, view.name, view.schema_json, files_of(view))


def _read_files(
    engine: SparkEngine, storage: Storage, table: str, schema_json: str, files: Sequence[DataFile]
) -> DataFrame:
    from pyspark.sql.types import StructType

    schema = StructType.fromJson(from_json(schema_json))
    groups: dict[tuple[str, Values], list[str]] = {}
    for file in files:
        groups.setdefault(_group(file), []).append(storage.spark_uri(f"{table}/{file.path}"))
    frames = [
        _read_group(engine, schema, storage.spark_uri(f"{table}/{base}".rstrip("/")), values, uris)
        for (base, values), uris in groups.items()
    ]
    if not frames:
        return engine.session.createDataFrame([], schema)
    return reduce(lambda left, right: left.union(right), frames)


def _group(file: DataFile) -> tuple[str, Values]:
    """Return the folder from which Spark finds a file's partition values in the names of folders, or else these values.

    Spark takes folders of partitions that lie in several others, as those of several transactions do, for a mistake.
    """
    values = {name: text or None for name, text in file.partition_values.items()}
    folders = file.path.split("/")[:-1]
    above = len(folders) - len(values)
    # Spark takes each byte of what is written as %C3%A4 for a letter.
    if dict(partition_of(folder, "latin-1") for folder in folders[max(above, 0) :]) == values:
        return "/".join(folders[:above] if values else ()), ()
    return "", tuple(sorted(values.items()))


def _read_group(engine: SparkEngine, schema: StructType, base: str, values: Values, uris: Sequence[str]) -> DataFrame:
    from pyspark.sql import functions as F
    from pyspark.sql.types import StructType

    literal = dict(values)
    reader = engine.session.read.schema(StructType([field for field in schema if field.name not in literal]))
    reader = reader.option("__globPaths__", "false")  # a root such as /data/[2024] is a name and no pattern
    # Spark finds partition values in folder names; their types are those of the schema.
    reader = reader.option("recursiveFileLookup", "true") if literal else reader.option("basePath", base)
    frame = reader.parquet(*uris)
    return frame.select(
        *(
            F.lit(literal[field.name]).cast(field.dataType).alias(field.name)
            if field.name in literal
            else named_column(field.name)
            for field in schema
        )
    )
