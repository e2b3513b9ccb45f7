"""A pinned version of a dataset as a Spark DataFrame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from transforms.common.json_text import from_json
from transforms.engine.spark.types import named_column
from transforms.store.change import TableChange
from transforms.store.features import can_read, unreadable
from transforms.store.storage.base import Storage
from transforms.store.tables import TableView

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from transforms.engine.spark.engine import SparkEngine


def read_dataframe(engine: SparkEngine, view: TableView, name: str) -> DataFrame:
    """Return the version as a Spark DataFrame: read by Delta where its jar is, else by the version's files.

    :param engine: Spark.
    :param view: the version.
    :param name: the dataset, for messages.
    :raises UnsupportedTableError: if only Delta can read it, and its jar is missing.
    """
    engine.reach(view.storage)
    if engine.has_delta:
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
    staged = _read_files(engine, storage, change.table, change.schema, [file.path for file in change.files])
    if change.mode == "overwrite" or before is None:
        return staged
    return read_dataframe(engine, before, before.name).unionByName(staged, allowMissingColumns=True)


def _read_version(engine: SparkEngine, view: TableView, name: str) -> DataFrame:
    from transforms.engine.spark.jars import FETCH_COMMAND

    if not can_read(view.table, "spark files"):
        raise unreadable(
            view.table, name, "Spark cannot read without Delta's jar", f"Fetch the jar with: {FETCH_COMMAND}"
        )
    return _read_files(engine, view.storage, view.name, view.schema_json, view.file_paths())


def _read_files(engine: SparkEngine, storage: Storage, table: str, schema_json: str, paths: Sequence[str]) -> DataFrame:
    from pyspark.sql.types import StructType

    schema = StructType.fromJson(from_json(schema_json))
    files = [storage.spark_uri(f"{table}/{path}") for path in paths]
    if not files:
        return engine.session.createDataFrame([], schema)
    reader = engine.session.read.schema(schema).option("basePath", storage.spark_uri(table))
    reader = reader.option("__globPaths__", "false")  # a root such as /data/[2024] is a name and no pattern
    # Spark finds partition values in folder names; their types are those of the schema.
    return reader.parquet(*files).select(*map(named_column, schema.names))
