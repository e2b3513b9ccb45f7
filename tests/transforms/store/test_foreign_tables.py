"""Tables that others made: read as they are or refused by name, and nothing that they would refuse is committed."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from transforms.api import Input, Output, transform
from transforms.errors import CommitError, DataError, StoreError, TransformsError, UnsupportedTableError
from transforms.run.put import put
from transforms.spec.resource import Resource
from transforms.store.backup import back_up
from transforms.store.checkup import check_store

PLAIN = {"minReaderVersion": 1, "minWriterVersion": 2}
INVARIANT = {"delta.invariants": json.dumps({"expression": {"expression": "a > 3"}})}


def field(name: str, kind: Any, nullable: bool = True, **metadata: Any) -> dict[str, Any]:
    """A field of Delta's schema JSON."""
    return {"name": name, "type": kind, "nullable": nullable, "metadata": metadata}


def struct(*fields: dict[str, Any]) -> dict[str, Any]:
    """A struct of them."""
    return {"type": "struct", "fields": list(fields)}


@pytest.fixture
def foreign(store, commit):
    """Make the table of the dataset ``/ext``, whose log is written by hand."""
    commit({"/seed": pl.DataFrame({"x": [1]})})

    def make(
        *fields: dict[str, Any],
        protocol: dict[str, Any] = PLAIN,
        properties: dict[str, str] | None = None,
        partitions: tuple[str, ...] = (),
        rows: pa.Table | None = None,
        is_counted: bool = True,
    ) -> Path:
        table: Path = store.root / "master/datasets/ext"
        (table / "_delta_log").mkdir(parents=True)
        described = {
            "id": str(uuid.uuid4()),
            "format": {"provider": "parquet", "options": {}},
            "schemaString": json.dumps(struct(*fields)),
            "partitionColumns": list(partitions),
            "configuration": properties or {},
            "createdTime": 0,
        }
        actions: list[dict[str, Any]] = [{"protocol": protocol}, {"metaData": described}]
        if rows is not None:
            pq.write_table(rows, table / "p.parquet")
            size = (table / "p.parquet").stat().st_size
            added = {
                "path": "p.parquet",
                "size": size,
                "partitionValues": {},
                "modificationTime": 0,
                "dataChange": True,
            }
            counted = {"stats": json.dumps({"numRecords": rows.num_rows})} if is_counted else {}
            actions.append({"add": added | counted})
        (table / "_delta_log" / f"{0:020}.json").write_text("\n".join(map(json.dumps, actions)))
        return table

    return make


def write(run_transform, frame, mode="append", alias="/ext"):
    """Run a job that writes a frame into a dataset."""

    @transform.using(out=Output(alias))
    def job(out):
        out.set_mode(mode)
        out.write_table(frame)

    return run_transform(job)


def refused(store, run_transform, error, match, frame, modes=("append", "modify", "replace")):
    """A write is refused in each mode, enters no ledger, and is in the way of no other job."""
    before = [entry.seq for entry in store.newest_entries(9)]
    for mode in modes:
        with pytest.raises(error, match=match):
            write(run_transform, frame, mode)
        assert [entry.seq for entry in store.newest_entries(9)] == before
    write(run_transform, pl.DataFrame({"x": [1]}), alias="/unrelated")
    assert store.recover() == ([], [])


@pytest.mark.parametrize(
    ("there", "given"),
    [("Patient_ID", "patient_id"), ("ID", "Id"), ("k", "\u212a"), ("\u212a", "K"), ("É", "é"), ("İ", "i̇")],
)
@pytest.mark.parametrize("mode", ["append", "modify"])
def test_a_column_that_differs_in_case_alone_is_refused_before_the_commit(
    store, run_transform, commit, there, given, mode
):
    """Delta takes both for one column, so the table would refuse it when nothing can be undone."""
    commit({"/ext": pl.DataFrame({there: [1]})})
    refused(store, run_transform, DataError, "in case alone.*Rename it to", pl.DataFrame({given: [2]}), [mode])
    write(run_transform, pl.DataFrame({given: [2]}), "replace")
    assert pl.read_delta(str(store.root / "master/datasets/ext")).to_dicts() == [{given: 2}]


def test_names_that_delta_tells_apart_are_two_columns(run_transform, commit, store):
    """The German ß in lower case is not its capital's two letters, and so for others."""
    commit({"/ext": pl.DataFrame({"straße": [1], "ſ": [1]})})
    write(run_transform, pl.DataFrame({"strasse": [2], "s": [3]}))
    assert pl.read_delta(str(store.root / "master/datasets/ext")).width == 4


@pytest.mark.parametrize("alias_of_case", ["P", "p"])
def test_a_partitioned_table_is_refused_by_its_columns(foreign, store, run_transform, alias_of_case):
    """Whatever the case of the new column's name."""
    foreign(field("a", "long"), field("P", "string"), partitions=("P",))
    frame = pl.DataFrame({"a": [1], alias_of_case: ["x"]})
    refused(store, run_transform, CommitError, r"/ext is partitioned by \['P'\]", frame)


@pytest.mark.parametrize("there", ["struct", "list"])
def test_other_fields_inside_of_a_column_are_refused(foreign, store, run_transform, there):
    """In case alone, or more of them."""
    inner = struct(field("a", "long"))
    kind = inner if there == "struct" else {"type": "array", "elementType": inner, "containsNull": True}
    foreign(field("s", kind))
    for value in ({"A": 1}, {"a": 1, "b": 2}, {"a": "x"}):
        frame = pl.DataFrame({"s": [value if there == "struct" else [value]]})
        refused(store, run_transform, DataError, "/ext: column 's' is .* in the new rows but", frame, ["append"])


@pytest.mark.parametrize(
    "feature",
    [
        "rowTracking",
        "domainMetadata",
        "clustering",
        "inCommitTimestamp",
        "generatedColumns",
        "identityColumns",
        "nonsense",
    ],
)
def test_features_that_cannot_be_written_are_refused(foreign, store, run_transform, feature):
    """By their name, which is what can be dropped."""
    protocol = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": [], "writerFeatures": [feature]}
    foreign(field("a", "long"), protocol=protocol)
    refused(store, run_transform, UnsupportedTableError, f"/ext .*{feature}.*DROP FEATURE", pl.DataFrame({"a": [1]}))


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"protocol": {"minReaderVersion": 1, "minWriterVersion": 6}}, "identityColumns"),
        ({"properties": {"delta.constraints.positive": "a > 0"}}, "constraint positive.*DROP CONSTRAINT positive"),
        ({"metadata": INVARIANT}, "column 'a' has an invariant"),
        ({"metadata": {"delta.generationExpression": "1"}}, "column 'a' is generated"),
        ({"metadata": {"delta.identity.start": 1}}, "column 'a' is an identity column"),
    ],
)
def test_rules_that_cannot_be_kept_up_are_refused(foreign, store, run_transform, made, words):
    """Rows that break them would be taken without a look by whoever commits files."""
    foreign(field("a", "long", **made.pop("metadata", {})), **made)
    refused(store, run_transform, UnsupportedTableError, words, pl.DataFrame({"a": [1]}))


@pytest.mark.parametrize("value", ["true", "TRUE"])
def test_a_table_that_rows_can_only_be_added_to_takes_them(foreign, store, run_transform, value):
    """To replace its content is refused before the function's work is staged."""
    foreign(field("a", "long"), properties={"delta.appendOnly": value})
    write(run_transform, pl.DataFrame({"a": [1]}))
    refused(
        store, run_transform, UnsupportedTableError, r"/ext.*delta.appendOnly", pl.DataFrame({"a": [2]}), ["replace"]
    )
    assert store.view_table("master/datasets/ext").row_count() == 1


def test_a_column_without_nulls_takes_none(foreign, store, run_transform, caplog):
    """Neither does it take rows without the column; a replaced table has lost the rule, which is said."""
    foreign(field("a", "long", nullable=False), field("b", "long"))
    for frame in (pl.DataFrame({"a": [1, None]}), pl.DataFrame({"b": [1]})):
        refused(store, run_transform, DataError, "/ext: column 'a' is NOT NULL", frame, ["append"])
    write(run_transform, pl.DataFrame({"a": [1], "b": [2], "c": [3]}))
    assert store.view_table("master/datasets/ext").row_count() == 1
    write(run_transform, pl.DataFrame({"a": [None]}, schema={"a": pl.Int64}), "replace")
    assert "/ext: with the new content the rules of its columns end: a (NOT NULL)" in caplog.text


@pytest.mark.parametrize(
    ("there", "frame"),
    [
        (field("a", {"type": "array", "elementType": "long", "containsNull": False}), pl.DataFrame({"a": [[1]]})),
        (field("a", struct(field("x", "long", nullable=False))), pl.DataFrame({"a": [{"x": 1}]})),
        (field("a", "string", __CHAR_VARCHAR_TYPE_STRING="varchar(2)"), pl.DataFrame({"a": ["abc"]})),
    ],
)
def test_rules_inside_of_a_column_and_of_its_length_take_no_rows(foreign, store, run_transform, there, frame):
    """They are not checked here."""
    foreign(there)
    refused(store, run_transform, DataError, "column 'a' is .* cannot be checked here", frame, ["append"])


def test_a_table_without_columns_is_refused(foreign, store, run_transform):
    """Nobody can open it."""
    foreign()
    refused(store, run_transform, StoreError, "/ext: .*empty schema", pl.DataFrame({"a": [1]}))


def test_an_empty_table_has_types_that_rows_must_have(foreign, store, run_transform):
    """Also where there is no row yet."""
    foreign(field("a", "string"))
    refused(
        store,
        run_transform,
        DataError,
        "column 'a' is long in the new rows but string",
        pl.DataFrame({"a": [1]}),
        ["append"],
    )


def test_columns_too_deep_for_delta_are_refused(store, run_transform, commit):
    """The log of a table that holds them could not be read again."""
    commit({"/ext": pl.DataFrame({"x": [1]})})
    value: Any = 1
    for _ in range(60):
        value = {"x": value}
    frame = pa.table({"deep": pa.array([value])})
    refused(store, run_transform, DataError, "recursion limit", frame, ["append", "replace"])
    with pytest.raises(DataError, match="recursion limit"):
        write(run_transform, frame, alias="/new")


def test_what_a_table_refuses_for_reasons_of_its_own_is_found_out_before(store, run_transform, commit, monkeypatch):
    """A change of columns is tried on an empty copy of the table."""
    commit({"/ext": pl.DataFrame({"x": [1]})})
    monkeypatch.setattr("transforms.store.validation.check_appended", lambda *args: None)
    frame = pl.DataFrame({"X": [1]})
    refused(
        store,
        run_transform,
        DataError,
        "/ext: its Delta table cannot take the new content: .*Duplicate",
        frame,
        ["append"],
    )


def test_times_without_a_zone_bring_the_features_that_an_older_protocol_stood_for(foreign, run_transform):
    """A table whose changes are recorded goes on recording them."""
    protocol = {"minReaderVersion": 1, "minWriterVersion": 4}
    table = foreign(field("a", "long"), protocol=protocol, properties={"delta.enableChangeDataFeed": "true"})
    write(run_transform, pa.table({"a": pa.array([1]), "t": pa.array([1], pa.timestamp("us"))}))
    features = set(DeltaTable(str(table)).protocol().writer_features or ())
    assert features >= {"timestampNtz", "changeDataFeed", "appendOnly", "invariants"}


MAPPED = {"delta.columnMapping.mode": "name", "delta.columnMapping.maxColumnId": "3"}


def mapped(name: str, kind: Any, number: int) -> dict[str, Any]:
    """A field whose column has another name in the files."""
    physical = {"delta.columnMapping.id": number, "delta.columnMapping.physicalName": f"col-{number}"}
    return field(name, kind, **physical)


def read_everyhow(run_transform):
    """Read the dataset with every reader of a job; an error stands for its rows."""
    found: dict[str, Any] = {}

    @transform.using(data=Input("/ext"), out=Output("/read"))
    def job(data, out):
        readers = {
            "pandas": lambda: data.pandas().astype(object).to_dict("records"),
            "arrow": lambda: data.arrow().to_pylist(),
            "polars": lambda: data.polars().to_dicts(),
            "lazy": lambda: data.polars(lazy=True).collect().to_dicts(),
            "files": lambda: [status.path for status in data.filesystem().ls()],
            "path": lambda: data.path(),
        }
        for name, reader in readers.items():
            try:
                found[name] = reader()
            except UnsupportedTableError as error:
                found[name] = error
        out.write_table(pl.DataFrame({"x": [1]}))

    run_transform(job)
    return found


@pytest.mark.parametrize(
    "protocol",
    [
        {"minReaderVersion": 2, "minWriterVersion": 5},
        {"minReaderVersion": 2, "minWriterVersion": 7, "writerFeatures": ["columnMapping"]},
        {
            "minReaderVersion": 3,
            "minWriterVersion": 7,
            "readerFeatures": ["columnMapping"],
            "writerFeatures": ["columnMapping"],
        },
    ],
)
def test_columns_under_other_names_in_the_files_are_read_by_every_reader(foreign, store, run_transform, protocol):
    """None reads nulls; a look into the files is refused, and so is writing."""
    rows = pa.table(
        {"col-1": ["Ada", None], "col-2": pa.array([36, 1], pa.int32()), "col-3": pa.array([{"col-4": "x"}, None])}
    )
    fields = [mapped("First Name", "string", 1), mapped("age", "integer", 2)]
    fields.append(mapped("s", struct(mapped("a b", "string", 4)), 3))
    foreign(*fields, protocol=protocol, properties=MAPPED, rows=rows)
    wanted = [{"First Name": "Ada", "age": 36, "s": {"a b": "x"}}, {"First Name": None, "age": 1, "s": None}]
    found = read_everyhow(run_transform)
    for reader in ("pandas", "arrow", "polars", "lazy"):
        assert found[reader] == wanted
    for reader in ("files", "path"):
        assert "/ext has the Delta table feature columnMapping" in str(found[reader])
    assert store.view_table("master/datasets/ext").row_count() == 2
    refused(store, run_transform, UnsupportedTableError, "columnMapping", pl.DataFrame({"age": [1]}))


def test_such_a_table_is_shown_and_put_into_another_dataset_with_its_values(foreign, store):
    """The command line reads as jobs do."""
    from transforms.cli.show import _content
    from transforms.config import Config
    from transforms.run.project import Project

    rows = pa.table({"col-1": ["Ada"]})
    protocol = {"minReaderVersion": 2, "minWriterVersion": 5}
    table = foreign(mapped("name", "string", 1), protocol=protocol, properties=MAPPED, rows=rows)
    put(store, "master", "/copy", [table])
    assert pl.read_delta(str(store.root / "master/datasets/copy")).to_dicts() == [{"name": "Ada"}]
    shown = _content(
        Project(Config(project=store.root, root=str(store.root))), Resource("dataset", "/ext"), "master", 5, None
    )
    assert (shown["rows"], shown["row_count"]) == ([{"name": "Ada"}], 1)


def test_a_version_that_allows_other_names_without_having_them_is_read_and_written(foreign, store, run_transform):
    """The number of a protocol stands for what may be used, and not for what is."""
    protocol = {"minReaderVersion": 2, "minWriterVersion": 5}
    foreign(field("a", "long"), protocol=protocol, rows=pa.table({"a": [1]}))
    assert read_everyhow(run_transform)["polars"] == [{"a": 1}]
    write(run_transform, pl.DataFrame({"a": [2]}))
    found = read_everyhow(run_transform)
    assert all(len(found[reader]) == 2 for reader in ("pandas", "arrow", "polars", "lazy", "files"))


@pytest.mark.parametrize("feature", ["typeWidening", "variantType"])
def test_what_only_spark_reads_is_refused_by_every_other_reader(foreign, run_transform, feature):
    """By the names of the dataset and the feature, with what to do."""
    protocol = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": [feature], "writerFeatures": [feature]}
    foreign(field("a", "long"), protocol=protocol, rows=pa.table({"a": pa.array([1], pa.int32())}))
    found = read_everyhow(run_transform)
    for reader, error in found.items():
        assert isinstance(error, UnsupportedTableError), reader
        assert all(words in str(error) for words in ("/ext has the Delta table feature", feature, "Spark"))


OF_WRITERS = [
    "rowTracking",
    "domainMetadata",
    "clustering",
    "inCommitTimestamp",
    "changeDataFeed",
    "allowColumnDefaults",
]
OF_WRITERS += ["checkConstraints", "invariants", "appendOnly", "nonsense"]


def test_version_2_checkpoints_and_features_of_writers_change_nothing_for_readers(foreign, run_transform):
    """Every reader gives the rows."""
    named = {"readerFeatures": ["v2Checkpoint"], "writerFeatures": ["v2Checkpoint", *OF_WRITERS]}
    foreign(
        field("a", "long"), protocol={"minReaderVersion": 3, "minWriterVersion": 7} | named, rows=pa.table({"a": [7]})
    )
    found = read_everyhow(run_transform)
    assert all(found[reader] == [{"a": 7}] for reader in ("pandas", "arrow", "polars", "lazy"))


def test_another_branch_does_not_link_files_that_mean_something_else_there(foreign, store, run_transform):
    """A file of a table with a mapping, copied under a new log, would be read as nulls."""
    rows = pa.table({"col-1": ["Ada"]})
    protocol = {"minReaderVersion": 2, "minWriterVersion": 5}
    foreign(mapped("First Name", "string", 1), protocol=protocol, properties=MAPPED, rows=rows)

    @transform.using(out=Output("/ext"))
    def job(out):
        out.set_mode("append")
        out.write_table(pd.DataFrame({"age": [1]}))

    with pytest.raises(UnsupportedTableError, match="columnMapping"):
        run_transform(job, branch="mine")


@pytest.mark.parametrize("is_mapped", [False, True])
def test_rows_are_counted_where_the_log_does_not_tell_their_number(foreign, store, run_transform, is_mapped):
    """Statistics are optional; a table whose files have none is not empty, and takes no raw files."""
    columns = (mapped("x y", "long", 1),) if is_mapped else (field("x", "long"),)
    protocol, properties = ({"minReaderVersion": 2, "minWriterVersion": 5}, MAPPED) if is_mapped else (PLAIN, {})
    rows = pa.table({"col-1" if is_mapped else "x": pa.array([None, 2, 3], pa.int64())})
    foreign(*columns, protocol=protocol, properties=properties, rows=rows, is_counted=False)
    assert store.view_table("master/datasets/ext").row_count() == 3

    @transform.using(out=Output("/ext"))
    def add(out: Any) -> None:
        out.set_mode("append")
        with out.filesystem().open("a.txt", "w") as file:
            file.write("a")

    with pytest.raises(TransformsError, match=r"columnMapping|holds rows"):
        run_transform(add)


def test_a_table_that_can_only_be_read_is_no_damage(store, foreign, tmp_path):
    """The check says that jobs cannot write it, and a store that holds it can be copied."""
    foreign(
        field("a", "long"),
        protocol={"minReaderVersion": 1, "minWriterVersion": 3},
        properties={"delta.constraints.c": "a > 3"},
    )
    (found,) = check_store(store)
    assert (found.kind, "constraint c" in found.detail) == ("unwritable", True)
    assert list(check_store(back_up(store, tmp_path / "copy"))) == [found]
