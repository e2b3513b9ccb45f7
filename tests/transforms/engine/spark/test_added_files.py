"""What was added to a table that Spark and others write: the log tells it, and every reader reads it alike."""

from __future__ import annotations

import datetime as dt
import itertools
import re

import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from tests.interpreting import interpreting
from transforms.api import Output, transform
from transforms.engine.local.reading import read_arrow, read_pandas, read_polars
from transforms.engine.spark.reading import read_dataframe
from transforms.errors import UnsupportedTableError
from transforms.run.put_frame import put_frame
from transforms.run.reader import DatasetReader
from transforms.store.additions import AddedFile, Additions, NotAdditive, additions

EXT = "master/datasets/ext"


@pytest.fixture
def sql(spark, store):
    """Run statements of SQL on the table of ``/ext``, which stands for ``{t}`` in them; return its newest version.

    They are what another program did, so Spark need not compile them.
    """
    store.begin("seed", "master", []).abandon()

    def run(*statements: str) -> int:
        with interpreting(spark):
            for statement in statements:
                spark.sql(statement.format(t=f"delta.`{store.root / EXT}`"))
        return DeltaTable(store.storage.uri(EXT)).version()

    return run


def told(store, since, **options):
    """What was added to ``/ext``, where that can be told."""
    found = additions(store.storage, EXT, since, **options)
    assert isinstance(found, Additions), found
    return found


def read_by_all(spark_engine, store, files):
    """Rows by the name of their reader, sorted by their first column."""
    view = store.view_table(EXT)
    by_delta = spark_engine.session.read.format("delta").option("versionAsOf", view.version).load(view.uri)
    assert read_dataframe(spark_engine, view, "/ext", files).schema == by_delta.schema
    assert read_arrow(view, files).schema == read_arrow(view).schema
    assert read_polars(view, files).schema == read_polars(view).schema
    frames = {
        "arrow": read_arrow(view, files),
        "polars": read_polars(view, files).to_arrow(compat_level=pl.CompatLevel.oldest()),
        "spark": read_dataframe(spark_engine, view, "/ext", files).toArrow(),
        "pandas": pa.Table.from_pandas(read_pandas(view, files), read_arrow(view).schema, preserve_index=False),
    }
    return {name: frame.sort_by(frame.column_names[0]).to_pylist() for name, frame in frames.items()}


def agree(spark_engine, store, files, rows):
    """Every reader gives these rows."""
    for reader, found in read_by_all(spark_engine, store, files).items():
        assert found == rows, reader


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {t} VALUES (3)",
        "MERGE INTO {t} USING (SELECT 3 AS a) AS s ON {t}.a = s.a WHEN NOT MATCHED THEN INSERT *",
    ],
    ids=["insert", "merge that inserts"],
)
def test_what_spark_adds_is_told(statement, sql, spark_engine, store):
    """Whatever it calls it."""
    since = sql("CREATE TABLE {t} (a int) USING delta", "INSERT INTO {t} VALUES (1)")
    version = sql(statement.replace("{t}.a", "t.a").replace("INTO {t} USING", "INTO {t} AS t USING"))
    found = told(store, since)
    assert (found.versions, found.rows) == ((version,), 1)
    agree(spark_engine, store, found.files, [{"a": 3}])


DEEDS = {
    "update": ("UPDATE {t} SET a = 9 WHERE a = 1", "UPDATE by another program .*Spark.* changed rows"),
    "delete": ("DELETE FROM {t} WHERE a = 1", "DELETE by another program .* changed rows"),
    "merge": (
        "MERGE INTO {t} AS t USING (SELECT 1 AS a) AS s ON t.a = s.a WHEN MATCHED THEN UPDATE SET a = 9",
        "MERGE by another program .* changed rows",
    ),
    "delete all": ("DELETE FROM {t}", "DELETE by another program .* removed rows"),
    "overwrite": ("INSERT OVERWRITE {t} VALUES (3)", "WRITE by another program .* replaced what was there"),
    "truncate": ("TRUNCATE TABLE {t}", "by another program .* removed rows"),
    "restore": ("RESTORE TABLE {t} TO VERSION AS OF 1", "RESTORE by another program .* replaced what was there"),
}
OF_SINGLE_ROWS = ["update", "delete", "merge"]  # what else there is takes whole files away, so vectors are no matter


@pytest.mark.parametrize(
    ("what", "vectors"), [*itertools.product(DEEDS, ["true"]), *itertools.product(OF_SINGLE_ROWS, ["false"])]
)
def test_what_spark_changes_or_removes_is_named(what, vectors, sql, store):
    """With deletion vectors, where the files stay and only their rows go, and without."""
    statement, deed = DEEDS[what]
    properties = f"TBLPROPERTIES ('delta.enableDeletionVectors' = '{vectors}')"
    sql(f"CREATE TABLE {{t}} (a int) USING delta {properties}")
    since = sql("INSERT INTO {t} SELECT /*+ COALESCE(1) */ explode(array(1, 2))", "INSERT INTO {t} VALUES (5)") - 1
    version = sql(statement)
    found = additions(store.storage, EXT, since)
    assert isinstance(found, NotAdditive)
    assert re.search(rf"{deed} \(version {version}\)", found.reason), found.reason


def test_rows_are_added_to_a_table_with_deletion_vectors(sql, spark_engine, store):
    """As long as none of the added rows is deleted, their files tell them."""
    since = sql(
        "CREATE TABLE {t} (a int) USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')",
        "INSERT INTO {t} SELECT /*+ COALESCE(1) */ explode(array(1, 2))",
        "DELETE FROM {t} WHERE a = 1",
    )
    sql("INSERT INTO {t} VALUES (3)", "REORG TABLE {t} APPLY (PURGE)")
    files = told(store, since).files
    agree(spark_engine, store, files, [{"a": 3}])
    listed = DatasetReader("/ext", store.view_table(EXT), None, files).listing()
    assert [status.size for status, _ in listed.values()] == [file.size for file in files]


def test_optimize_adds_nothing_and_vacuum_is_told_where_it_took_what_is_needed(sql, spark_engine, store):
    """What is merged of new rows alone is read merged, and so is safe."""
    since = sql("CREATE TABLE {t} (a int, p int) USING delta PARTITIONED BY (p)", "INSERT INTO {t} VALUES (1, 1)")
    sql("INSERT INTO {t} VALUES (2, 2)", "INSERT INTO {t} VALUES (3, 2)", "OPTIMIZE {t}")
    rows = [{"a": 2, "p": 2}, {"a": 3, "p": 2}]
    found = told(store, since)
    assert len(found.files) == 1
    agree(spark_engine, store, found.files, rows)
    sql("INSERT INTO {t} VALUES (4, 1)", "OPTIMIZE {t} ZORDER BY (a)")
    found = told(store, since)
    assert {file.partition_values["p"] for file in found.files} == {"1", "2"}
    agree(spark_engine, store, found.files, [*rows, {"a": 4, "p": 1}])
    table = DeltaTable(store.storage.uri(EXT))
    table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    found = additions(store.storage, EXT, since)
    assert isinstance(found, NotAdditive)
    assert "is gone, so the table was vacuumed" in found.reason


def test_columns_that_spark_adds_are_null_in_older_files(sql, spark_engine, store):
    """At the top and inside of a struct; a column that it renames ends what can be told."""
    since = sql("CREATE TABLE {t} (a int, s struct<x: int>) USING delta")
    sql(
        "INSERT INTO {t} VALUES (1, struct(1))",
        "ALTER TABLE {t} ADD COLUMNS (b string, s.y long)",
        "INSERT INTO {t} VALUES (2, named_struct('x', 2, 'y', 3L), 'new')",
    )
    rows = [{"a": 1, "s": {"x": 1, "y": None}, "b": None}, {"a": 2, "s": {"x": 2, "y": 3}, "b": "new"}]
    agree(spark_engine, store, told(store, since).files, rows)
    last = sql("ALTER TABLE {t} SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')")
    assert told(store, last).files == ()
    sql("ALTER TABLE {t} RENAME COLUMN b TO c")
    found = additions(store.storage, EXT, last)
    assert isinstance(found, NotAdditive)
    assert "the column 'b' was removed or renamed" in found.reason
    last = sql("INSERT INTO {t} VALUES (3, null, 'x')") - 1
    found = additions(store.storage, EXT, last)
    assert isinstance(found, NotAdditive)
    assert "columnMapping" in found.reason
    view = store.view_table(EXT)
    with pytest.raises(UnsupportedTableError, match=r"/ext has .*columnMapping.*dataframe\('current'\)"):
        read_dataframe(spark_engine, view, "/ext", [AddedFile("x.parquet", 1, 1)])
    assert read_dataframe(spark_engine, view, "/ext", ()).columns == ["a", "s", "c"]


TYPES = {
    "a": ("int", "1"),
    "byte": ("tinyint", "cast(-128 AS tinyint)"),
    "float": ("float", "cast(1.5 AS float)"),
    "double": ("double", "0.1D"),
    "decimal": ("decimal(38, 7)", "cast(-0.0000001BD AS decimal(38, 7))"),
    "boolean": ("boolean", "true"),
    "string": ("string", "'Zürich 😀 %20 /'"),
    "binary": ("binary", "x'00ff'"),
    "date": ("date", "date'1582-10-15'"),
    "zoned": ("timestamp", "timestamp'2026-03-29 01:30:00.000007Z'"),
    "naive": ("timestamp_ntz", "timestamp_ntz'1900-01-01 02:30:00'"),
    "list": ("array<int>", "array(1, null)"),
    "struct": ("struct<x: int, y: array<string>>", "named_struct('x', 1, 'y', array('z'))"),
    "map": ("map<string, double>", "map('k', 1.5D)"),
}
PARTITIONS = ["byte", "decimal", "boolean", "string", "date", "zoned", "naive"]


def values(number: int, is_null: bool) -> str:
    """A row of all types, of values or of nulls."""
    return ", ".join(str(number) if name == "a" else "null" if is_null else text for name, (_, text) in TYPES.items())


@pytest.mark.parametrize("times", ["INT96", "TIMESTAMP_MICROS"])
@pytest.mark.parametrize("partitions", [[], PARTITIONS], ids=["in files", "in folders"])
def test_every_type_that_spark_writes_is_read_as_from_the_whole_table(
    times, partitions, sql, spark, spark_engine, store, request
):
    """In files, whatever way times are written in, and in the names of folders."""
    spark.conf.set("spark.sql.parquet.outputTimestampType", times)
    request.addfinalizer(lambda: spark.conf.unset("spark.sql.parquet.outputTimestampType"))
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in TYPES.items())
    by = f"PARTITIONED BY ({', '.join(partitions)})" if partitions else ""
    since = sql(f"CREATE TABLE {{t}} ({columns}) USING delta {by}")
    sql(f"INSERT INTO {{t}} SELECT {values(1, False)}", f"INSERT INTO {{t}} SELECT {values(2, True)}")
    whole = read_dataframe(spark_engine, store.view_table(EXT), "/ext").toArrow().sort_by("a").to_pylist()
    found = read_by_all(spark_engine, store, told(store, since).files)
    assert found["arrow"] == found["polars"] == found["pandas"]
    assert found["spark"] == whole
    assert [plain(row) for row in found["arrow"]] == [plain(row) for row in whole]


def plain(row):
    """A row whose times are in UTC, and whose maps are lists."""
    return {
        name: value.astimezone(dt.UTC)
        if isinstance(value, dt.datetime) and value.tzinfo
        else list(value.items())
        if name == "map" and isinstance(value, dict)
        else value
        for name, value in row.items()
    }


@pytest.mark.parametrize("has_delta", [True, False])
def test_partitions_of_several_transactions_are_read_together(
    has_delta, run_transform, spark_engine, store, monkeypatch
):
    """Each transaction has folders of its own, other programs have theirs, and one value may need another spelling."""
    added = itertools.count()

    @transform(out=Output("/ext"))
    def job(ctx, out):
        out.set_mode("append")
        rows = ctx.spark_session.sql(f"SELECT {next(added)} AS a, explode(array('x', 'y z', null)) AS p")
        out.write_dataframe(rows, partition_cols=["p"])

    for _ in range(3):
        run_transform(job)
    table = DeltaTable(store.storage.uri(EXT))
    write_deltalake(table, pa.table({"a": pa.array([3, 3], pa.int32()), "p": ["x", "ä/%20"]}), mode="append")
    monkeypatch.setattr(spark_engine, "_has_delta", has_delta)
    rows = [{"a": number, "p": p} for number in (1, 2) for p in ("x", "y z", None)]
    rows += [{"a": 3, "p": "x"}, {"a": 3, "p": "ä/%20"}]
    for found in read_by_all(spark_engine, store, told(store, 0).files).values():
        assert sorted(found, key=str) == sorted(rows, key=str)
    view = store.view_table(EXT)
    assert read_dataframe(spark_engine, view, "/ext").count() == 11
    assert read_dataframe(spark_engine, view, "/ext").where("p in ('x', 'ä/%20')").count() == 5


def test_partition_values_that_no_folder_tells_are_those_of_the_log(sql, spark_engine, store, monkeypatch):
    """Other programs may put files where they like."""
    since = (
        sql("CREATE TABLE {t} (a int, p date) USING delta PARTITIONED BY (p)", "INSERT INTO {t} VALUES (1, null)") - 1
    )
    (file,) = told(store, since).files
    day = dt.date(2026, 1, 2)
    moved = [
        type(file)("elsewhere.parquet", file.size, 1, {"p": "2026-01-02"}),
        type(file)("p=2025-01-01/other.parquet", file.size, 1, {"p": None}),
    ]
    for one in moved:
        store.storage.copy(f"{EXT}/{file.path}", f"{EXT}/{one.path}")
    for found in read_by_all(spark_engine, store, moved).values():
        assert sorted(found, key=str) == [{"a": 1, "p": None}, {"a": 1, "p": day}]
    log = store.root / EXT / f"_delta_log/{since + 1:020}.json"
    log.write_text(log.read_text().replace(file.path, "elsewhere.parquet").replace('"p":null', '"p":"2026-01-02"'))
    monkeypatch.setattr(spark_engine, "_has_delta", False)
    whole = read_dataframe(spark_engine, store.view_table(EXT), "/ext")
    assert whole.toArrow().to_pylist() == [{"a": 1, "p": day}]


def test_a_merged_file_of_ours_is_read_by_spark(run_transform, spark_engine, store, sql):
    """Also one with narrower types than the table's."""
    put_frame(store, "master", "/ext", pl.DataFrame({"a": [1]}))
    write_deltalake(DeltaTable(store.storage.uri(EXT)), pa.table({"a": pa.array([2], pa.int32())}), mode="append")
    pl.DataFrame({"a": [3]}, schema={"a": pl.Int32}).write_parquet(store.root / EXT / "narrow.parquet")
    files = [*told(store, 0).files, type(told(store, 0).files[0])("narrow.parquet", 1, None, {})]
    agree(spark_engine, store, files, [{"a": 2}, {"a": 3}])


def test_no_files_make_an_empty_frame(run_transform, spark_engine, store):
    """Of the columns of the version."""
    put_frame(store, "master", "/ext", pl.DataFrame({"a": [1], "b": ["x"]}))
    frame = read_dataframe(spark_engine, store.view_table(EXT), "/ext", ())
    assert (frame.count(), frame.dtypes) == (0, [("a", "bigint"), ("b", "string")])
