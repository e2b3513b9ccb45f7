"""What one engine writes every other reads alike: Spark, delta-spark, Polars, pandas, Arrow and DuckDB."""

from __future__ import annotations

import datetime as dt
import decimal
import math

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from transforms.api import Input, Output, transform
from transforms.engine.local.reading import read_arrow, read_pandas, read_polars, scan_polars
from transforms.engine.spark.reading import read_dataframe
from transforms.errors import DataError, TransformsError, UnsupportedTableError

UTC = dt.UTC
TYPES = pa.table(
    {
        "byte": pa.array([1, None, -128], pa.int8()),
        "short": pa.array([1, None, -32768], pa.int16()),
        "int": pa.array([1, None, -(2**31)], pa.int32()),
        "long": pa.array([2**63 - 1, None, -(2**63)], pa.int64()),
        "float": pa.array([1.5, None, -math.inf], pa.float32()),
        "double": pa.array([0.1, None, math.inf], pa.float64()),
        "decimal": pa.array(
            [decimal.Decimal("12345678901234567890.123456789"), None, decimal.Decimal("-0.5")], pa.decimal128(38, 9)
        ),
        "boolean": pa.array([True, None, False]),
        "string": pa.array(["", None, "Zürich 😀 \u0000 'quoted' \\ %20 /"], pa.string()),
        "binary": pa.array([b"", None, bytes(range(256))], pa.binary()),
        "date": pa.array([dt.date(1582, 10, 15), None, dt.date(9999, 12, 31)]),
        "zoned": pa.array(
            [dt.datetime(1970, 1, 1, tzinfo=UTC), None, dt.datetime(2038, 1, 19, 3, 14, 7, 999_999, UTC)],
            pa.timestamp("us", "UTC"),
        ),
        "naive": pa.array([dt.datetime(2026, 3, 29, 2, 30), None, dt.datetime(1900, 1, 1)], pa.timestamp("us")),
        "list": pa.array([[1, None], None, []], pa.list_(pa.int64())),
        "struct": pa.array([{"a": 1, "b": [{"c": "x"}]}, None, {"a": None, "b": None}]),
        "map": pa.array([[("k", 1.5)], None, []], pa.map_(pa.string(), pa.float64())),
        "no_long": pa.array([None, None, None], pa.int64()),
        "No_string": pa.array([None, None, None], pa.string()),
    }
)
TABLES = {
    "types": TYPES,
    "empty": TYPES.slice(0, 0),
    # More than a page of Parquet's and a batch of Spark's hold.
    "large": pa.table({"id": pa.array(range(25_000)), "text": pa.array([f"row {i % 977}" for i in range(25_000)])}),
}
ORDER = pa.table({"z": [1, 2], "a": ["x", "y"], "M": [0.5, 1.5]})


def rows_of(table: pa.Table) -> list[dict]:
    """Rows as plain values, sorted: Spark keeps no order, and maps come as lists of pairs or as dicts."""

    def plain(value):
        if isinstance(value, dict):
            return tuple((key, plain(inner)) for key, inner in value.items())
        if isinstance(value, (list, tuple)):
            return tuple(plain(inner) for inner in value)
        if isinstance(value, dt.datetime) and value.tzinfo is not None:
            return value.astimezone(UTC)
        return value

    return sorted(([(k, plain(v)) for k, v in row.items()] for row in table.to_pylist()), key=repr)


def as_arrow(frame) -> pa.Table:
    return frame.toArrow()


@transform(data=Input("/data"), out=Output("/out"))
def by_spark(data, out):
    out.write_dataframe(data.dataframe())


@transform.using(data=Input("/data"), out=Output("/out"))
def by_arrow(data, out):
    out.write_table(data.arrow())


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("writer", [by_spark, by_arrow], ids=["spark", "local"])
def test_every_reader_reads_the_same(name, writer, run_transform, spark, spark_engine, store, monkeypatch):
    """Reading goes through our own readers on both engines, with and without Delta's jar, and through plain libraries."""
    table = TABLES[name]
    output = run_transform(writer, {"data": table}).outputs["out"]
    path = str(store.root / "master/datasets/out")
    expected = rows_of(table)
    found = {
        "arrow": output.arrow(),
        "polars": output.polars().to_arrow(),
        "spark": as_arrow(output.dataframe()),
        "delta-spark": as_arrow(spark.read.format("delta").load(path)),
        "delta-spark SQL": as_arrow(spark.sql(f"SELECT * FROM delta.`{path}`")),
        "duckdb": duckdb.from_arrow(DeltaTable(path).to_pyarrow_dataset()).to_arrow_table(),
    }
    assert output.dataframe().schema == spark.read.format("delta").load(path).schema
    monkeypatch.setattr(spark_engine, "_has_delta", False)
    found["spark without the jar"] = as_arrow(output.dataframe())
    for reader, read in found.items():
        assert read.column_names == table.column_names, reader
        assert rows_of(read) == expected, reader


def test_delta_spark_writes_into_our_tables_and_we_read_on(run_transform, spark, store):
    run_transform(by_arrow, {"data": ORDER})
    path = store.root / "master/datasets/out"
    spark.sql(f"INSERT INTO delta.`{path}` VALUES (3, 'z', 2.5)")
    spark.sql(f"UPDATE delta.`{path}` SET a = 'changed' WHERE z = 1")
    spark.sql(f"DELETE FROM delta.`{path}` WHERE z = 2")

    @transform.using(data=Input("/out"), seen=Output("/seen"))
    def look(data, seen):
        seen.write_table(data.polars().sort("z"))

    assert run_transform(look).outputs["seen"].rows() == [
        {"z": 1, "a": "changed", "M": 0.5},
        {"z": 3, "a": "z", "M": 2.5},
    ]
    assert run_transform(by_spark).outputs["out"].polars().height == 2, "and we write it on"


def test_a_table_with_a_feature_that_cannot_be_written_is_refused_with_what_to_drop(run_transform, spark, store):
    run_transform(by_arrow, {"data": ORDER})
    path = store.root / "master/datasets/out"
    spark.sql(f"ALTER TABLE delta.`{path}` SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')")
    before = pl.read_delta(str(path)).height
    with pytest.raises(UnsupportedTableError, match="deletionVectors.*delta.enableDeletionVectors"):
        run_transform(by_spark)
    assert pl.read_delta(str(path)).height == before


SPARK_TABLES = {
    "names": (
        "`First Name` string, n int",
        "'delta.columnMapping.mode' = 'name'",
        ["INSERT INTO {t} VALUES ('Ada', 36)", "ALTER TABLE {t} RENAME COLUMN n TO age"],
        [{"First Name": "Ada", "age": 36}],
    ),
    "ids": (
        "a string",
        "'delta.columnMapping.mode' = 'id'",
        ["INSERT INTO {t} VALUES ('x')"],
        [{"a": "x"}],
    ),
    "deleted rows": (
        "a int",
        "'delta.enableDeletionVectors' = 'true'",
        ["INSERT INTO {t} SELECT id FROM range(0, 10, 1, 1)", "DELETE FROM {t} WHERE a < 9"],
        [{"a": 9}],
    ),
}


@pytest.mark.parametrize("name", SPARK_TABLES)
def test_tables_that_spark_made_are_read_as_they_are_by_every_reader(
    name, run_transform, spark, spark_engine, store, monkeypatch
):
    """With names, and without rows, that the files do not tell; who would read the files alone is told so."""
    columns, properties, statements, rows = SPARK_TABLES[name]
    run_transform(by_arrow, {"data": ORDER})
    table = f"delta.`{store.root / 'master/datasets/ext'}`"
    spark.sql(f"CREATE TABLE {table} ({columns}) USING delta TBLPROPERTIES ({properties})")
    for statement in statements:
        spark.sql(statement.format(t=table))
    view = store.view_table("master/datasets/ext")
    assert read_arrow(view).to_pylist() == read_polars(view).to_dicts() == rows
    assert scan_polars(view).collect().to_dicts() == read_pandas(view).to_dict("records") == rows
    assert view.row_count() == len(rows)
    assert read_dataframe(spark_engine, view, "/ext").toArrow().to_pylist() == rows
    monkeypatch.setattr(spark_engine, "_has_delta", False)
    with pytest.raises(UnsupportedTableError, match="/ext has the Delta table feature .*without Delta's jar"):
        read_dataframe(spark_engine, view, "/ext")


# Columns, what they are partitioned by, the number of files, and whether those are read.
LAYOUTS = {
    "plain": ("a int COMMENT 'one of {2, 3}', b struct<c: array<string>>, d char(3)", "", 1, True),
    "without nulls": ("a int NOT NULL", "", 1, False),
    "without nulls inside": ("a struct<b: int NOT NULL>", "", 1, False),
    "partitions": ("a int, day timestamp", "PARTITIONED BY (day)", 1, False),
    "as many files as are opened": ("a int", "", 8, True),
    "many files": ("a int", "", 9, False),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_small_table_is_read_by_its_files_where_delta_gives_the_same(name, run_transform, spark, spark_engine, store):
    """A version that is pinned, with the columns that Delta gives: their types, their comments, and which have no nulls."""
    columns, partitions, files, is_plain = LAYOUTS[name]
    run_transform(by_arrow, {"data": ORDER})
    path = store.root / "master/datasets/ext"
    spark.sql(f"CREATE TABLE delta.`{path}` ({columns}) USING delta {partitions}")
    schema = spark.read.format("delta").load(str(path)).schema
    row = "named_struct('b', 1)" if "struct<b" in columns else "1"
    rest = {1: "", 2: ", timestamp'2026-03-29 02:30:00'", 3: ", null, 'x'"}[len(schema)]
    spark.sql(f"INSERT INTO delta.`{path}` SELECT {row}{rest} FROM range(0, {files}, 1, {files})")
    view = store.view_table("master/datasets/ext")
    assert len(view.data_files()) == files
    spark.sql(f"DELETE FROM delta.`{path}`")
    found = read_dataframe(spark_engine, view, "/ext")
    assert found.schema == schema
    assert found.count() == files
    assert ("PreparedDeltaFileIndex" in found._jdf.queryExecution().toString()) is not is_plain


def test_files_that_lie_elsewhere_are_read_by_delta(run_transform, spark, spark_engine, store):
    """A shallow clone names those of another table."""
    run_transform(by_arrow, {"data": ORDER})
    folder = store.root / "master/datasets"
    spark.sql(f"CREATE TABLE delta.`{folder / 'ext'}` SHALLOW CLONE delta.`{folder / 'out'}`")
    found = read_dataframe(spark_engine, store.view_table("master/datasets/ext"), "/ext")
    assert as_arrow(found).sort_by("z").equals(ORDER)


def test_days_beyond_the_year_9999_are_written_by_spark_too(run_transform, spark):
    """Their bounds stay out of the statistics, which not every reader could read."""

    @transform(out=Output("/out"))
    def job(ctx, out):
        out.write_dataframe(ctx.spark_session.sql("SELECT make_date(12000, 1, 2) AS day, 1 AS n"))

    output = run_transform(job).outputs["out"]
    assert str(output.arrow()["day"].cast("int32")[0]) == str(
        (np.datetime64("12000-01-02") - np.datetime64(0, "D")).astype(int)
    )
    assert output.polars().select("n").rows() == [(1,)]


def test_spark_refuses_before_the_commit_what_the_local_engine_does(run_transform, spark, store):
    """A column that differs in case alone, and one that holds nothing but nulls takes the type that is there."""

    def write(sql, mode):
        @transform(out=Output("/out"))
        def job(ctx, out):
            out.set_mode(mode)
            out.write_dataframe(ctx.spark_session.sql(sql))

        return run_transform(job)

    write("SELECT 1 AS Patient_ID, 1.5D AS score", "replace")
    for mode in ("append", "modify"):
        with pytest.raises(
            DataError, match="'patient_id' of the new rows differs from the dataset's 'Patient_ID' in case"
        ):
            write("SELECT 2 AS patient_id", mode)
    write("SELECT 2 AS Patient_ID, null AS score, null AS note", "append")
    found = read_polars(store.view_table("master/datasets/out")).sort("Patient_ID")
    assert found.schema == {"Patient_ID": pl.Int32, "score": pl.Float64, "note": pl.String}
    assert found.rows() == [(1, 1.5, None), (2, None, None)]
    assert store.recover() == ([], [])


@pytest.mark.parametrize("value", ["", "__HIVE_DEFAULT_PARTITION__"])
def test_a_partition_value_that_would_be_read_as_null_is_refused(run_transform, spark, store, value):
    """Names of folders have one word for such a text and for a null."""

    @transform(out=Output("/out"))
    def job(ctx, out):
        frame = ctx.spark_session.sql(f"SELECT 1 AS a, 'x' AS p UNION ALL SELECT 2, '{value}' UNION ALL SELECT 3, null")
        out.write_dataframe(frame, partition_cols=["p"])

    with pytest.raises(TransformsError, match="/out: the partition column 'p' holds an empty text"):
        run_transform(job)
    assert store.newest_entries(1) == []


NAMES = ["s.t", "a`b", "p%20q", "a:b?c", "größe.m", "x'y"]


@pytest.mark.parametrize("partition_cols", [[], NAMES[1:]], ids=["columns", "folders"])
def test_columns_with_strange_letters_are_read_by_every_reader(
    partition_cols, run_transform, spark_engine, store, monkeypatch
):
    """In the files and in the names of folders."""

    @transform(out=Output("/out"))
    def job(ctx, out):
        names = [name.replace("`", "``") for name in NAMES]
        columns = ", ".join(f"{number} AS `{name}`" for number, name in enumerate(names))
        out.write_dataframe(ctx.spark_session.sql(f"SELECT {columns}"), partition_cols)

    output = run_transform(job).outputs["out"]
    rows = [{name: number for number, name in enumerate(NAMES)}]
    assert output.arrow().to_pylist() == output.polars().to_dicts() == rows
    assert as_arrow(output.dataframe()).to_pylist() == rows
    monkeypatch.setattr(spark_engine, "_has_delta", False)
    assert as_arrow(output.dataframe()).to_pylist() == rows


def test_decimals_in_the_names_of_folders_are_read_by_every_reader(run_transform, spark_engine):
    """Spark writes small ones, and zeros, with an exponent."""

    @transform(out=Output("/out"))
    def job(ctx, out):
        values = "VALUES (1, -0.0000001BD), (2, 0.0000000BD), (3, 12345678901234567890.5BD), (4, null) AS t(a, p)"
        rows = ctx.spark_session.sql(f"SELECT a, cast(p AS decimal(38, 7)) AS p FROM {values}")
        out.write_dataframe(rows, partition_cols=["p"])

    output = run_transform(job).outputs["out"]
    expected = [decimal.Decimal("-1E-7"), decimal.Decimal(0), decimal.Decimal("12345678901234567890.5"), None]
    frames = output.arrow(), output.polars().to_arrow(), as_arrow(output.dataframe())
    for frame in frames:
        assert frame.sort_by("a").column("p").to_pylist() == expected
    assert output.pandas().sort_values("a")["p"].tolist() == expected


def test_a_partition_of_binary_values_is_refused(run_transform, spark):
    """Names of folders are text: what is not would be another value."""

    @transform(out=Output("/out"))
    def job(ctx, out):
        out.write_dataframe(ctx.spark_session.sql("SELECT 1 AS a, x'ff' AS p"), partition_cols=["p"])

    with pytest.raises(DataError, match="/out: partition_cols names 'p', which is binary"):
        run_transform(job)
