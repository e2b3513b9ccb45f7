"""What was added to a table is read from its log: commits that change no data are looked through, others are named."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, Field, write_deltalake
from deltalake.schema import PrimitiveType

from transforms.api import Output, transform
from transforms.engine.local.staging import stage_frame
from transforms.spec.resource import Resource
from transforms.store import merging
from transforms.store.additions import Additions, NotAdditive, additions, fingerprint_of, first_batch
from transforms.store.delta_log import log_file
from transforms.store.store import Store
from transforms.store.table_commit import TableCommit

A = "master/datasets/a"


def frame(*numbers: int, **others: Any) -> pl.DataFrame:
    """Rows with these numbers."""
    return pl.DataFrame({"x": list(numbers), **others}, schema_overrides={"x": pl.Int64})


def put(store: Store, *numbers: int, append: bool = True, **others: Any) -> int:
    """Commit rows to ``/a``; return its new version."""
    transaction = store.begin("put", "master", [Resource("dataset", "/a")])
    change = stage_frame(transaction, A, frame(*numbers, **others), "append" if append else "overwrite")
    transaction.commit([change], {"dataset:/a": {"rows": change.rows}})
    return opened(store).version()


def opened(store: Store) -> DeltaTable:
    """The table, as another program opens it."""
    return DeltaTable(store.storage.uri(A), storage_options=store.storage.options)


def told(store: Store, since: int, until: int | None = None, **options: Any) -> Additions:
    """What was added, where that can be told."""
    found = additions(store.storage, A, since, until, **options)
    assert isinstance(found, Additions), found
    return found


def reason(store: Store, since: int, until: int | None = None, **options: Any) -> str:
    """Why it cannot be told."""
    found = additions(store.storage, A, since, until, **options)
    assert isinstance(found, NotAdditive), found
    return found.reason


def numbers(store: Store, found: Additions) -> list[int]:
    """The added rows, read from the files alone."""
    return sorted(
        number
        for file in found.files
        for number in pl.read_parquet(store.storage.open(f"{A}/{file.path}"))["x"].to_list()
    )


def log(store: Store, version: int) -> list[str]:
    """The lines of a log file."""
    return store.storage.read(log_file(A, version)).decode().splitlines()


def outside(store: Store, *rows: int, mode: Any = "append", **options: Any) -> None:
    """Write the table as another program does."""
    write_deltalake(opened(store), pa.table({"x": pa.array(rows, pa.int64())}), mode=mode, **options)


def test_what_was_appended_since_a_version_is_told_by_versions_files_and_rows(anywhere):
    """Nothing new is an answer, too; and so is a range that ends before the newest version."""
    first = put(anywhere, 1)
    assert told(anywhere, first) == Additions(first, first)
    second, third = put(anywhere, 2, 3), put(anywhere, 4)
    found = told(anywhere, first)
    assert (found.since, found.until, found.versions, found.rows) == (first, third, (second, third), 3)
    assert numbers(anywhere, found) == [2, 3, 4]
    assert all(anywhere.storage.sizes([f"{A}/{file.path}"]) == [file.size] for file in found.files)
    assert numbers(anywhere, told(anywhere, first, second)) == [2, 3]


def test_nothing_but_the_new_log_files_is_read(store, monkeypatch):
    """Neither the table is opened nor a data file looked at, however long the history is."""
    versions = [put(store, number) for number in range(5)]
    read: list[str] = []
    monkeypatch.setattr(store.storage, "delta", None)
    monkeypatch.setattr(store.storage, "sizes", lambda names: [0 for name in names if pytest.fail(name)])
    monkeypatch.setattr(store.storage, "read", lambda name, plain=store.storage.read: read.append(name) or plain(name))
    assert told(store, versions[2]).rows == 2
    assert read == [log_file(A, version) for version in versions[2:]]


def test_a_replaced_dataset_is_named_by_the_commit_that_did_it(anywhere):
    """With the row of the ledger, the transform and the version."""
    first = put(anywhere, 1)
    put(anywhere, 2)
    version = put(anywhere, 3, append=False)
    seq = anywhere.newest_entries(1)[0].seq
    assert reason(anywhere, first) == f"commit #{seq} of put replaced what was there (version {version})"
    assert told(anywhere, version).rows == 0


def test_replacing_an_empty_dataset_adds_to_it(store):
    """Nothing was there to go."""
    first = put(store, append=False)
    put(store, 1, 2, append=False)
    assert numbers(store, told(store, first)) == [1, 2]


@pytest.mark.parametrize(
    ("operation", "deed"),
    [
        (lambda table: table.update({"x": "x + 1"}, predicate="x = 1"), "UPDATE by another program .* changed rows"),
        (lambda table: table.delete("x = 1"), "DELETE by another program .* changed rows"),
        (lambda table: table.delete(), "DELETE by another program .* removed rows"),
        (
            lambda table: (
                table.merge(pa.table({"x": [1]}), "t.x = s.x", source_alias="s", target_alias="t")
                .when_matched_delete()
                .execute()
            ),
            "MERGE by another program .* changed rows",
        ),
        (lambda table: write_deltalake(table, pa.table({"x": [9]}), mode="overwrite"), "replaced what was there"),
        (lambda table: table.restore(0), "RESTORE by another program .* replaced what was there"),
    ],
    ids=["update", "delete", "delete all", "merge", "overwrite", "restore"],
)
def test_another_program_that_changes_or_removes_rows_is_named(anywhere, operation, deed):
    """With what Delta calls its operation."""
    first = put(anywhere, 1, 2)
    put(anywhere, 3)
    operation(opened(anywhere))
    assert re.search(rf"{deed} \(version {opened(anywhere).version()}\)", reason(anywhere, first))


def test_another_programs_appends_and_merges_that_only_insert_are_additions(anywhere):
    """It matters what a commit did to the files, not what it is called."""
    first = put(anywhere, 1)
    outside(anywhere, 2)
    source = pa.table({"x": [3]})
    merged = opened(anywhere).merge(source, "t.x = s.x", source_alias="s", target_alias="t")
    merged.when_not_matched_insert_all().execute()
    assert numbers(anywhere, told(anywhere, first)) == [2, 3]


def test_merging_of_small_files_adds_nothing_and_takes_nothing(anywhere):
    """Whether the merged files hold new rows alone or older ones beside them."""
    first = put(anywhere, 1)
    put(anywhere, 2)
    put(anywhere, 3)
    merging.merge_small_files(anywhere.storage, A, anywhere.storage.delta.open(A))
    mixed = told(anywhere, first)
    assert numbers(anywhere, mixed) == [2, 3]
    assert len(mixed.files) == 2  # the originals, as the merged file holds the older row, too
    second = opened(anywhere).version()
    put(anywhere, 4)
    put(anywhere, 5)
    opened(anywhere).optimize.compact(max_spill_size=None)
    assert numbers(anywhere, told(anywhere, first)) == [2, 3, 4, 5]
    assert numbers(anywhere, told(anywhere, second)) == [4, 5]
    assert told(anywhere, opened(anywhere).version()).files == ()


def test_a_merged_file_of_new_rows_alone_is_read_in_place_of_its_originals(store):
    """Partition by partition, so that they may be vacuumed."""
    write_deltalake(store.storage.uri(A), pa.table({"x": [1], "p": ["old"]}), partition_by=["p"])
    for number in (2, 3):
        write_deltalake(opened(store), pa.table({"x": [number], "p": ["new"]}), mode="append")
    write_deltalake(opened(store), pa.table({"x": [4], "p": ["old"]}), mode="append")
    opened(store).optimize.compact()
    found = told(store, 0)
    assert numbers(store, found) == [2, 3, 4]
    assert len(found.files) == 2
    assert sorted(file.partition_values["p"] for file in found.files) == ["new", "old"]
    assert (found.versions, found.rows) == ((1, 2, 3), 3)


def test_vacuumed_originals_are_told_and_never_left_out(store):
    """As long as they are there they are read."""
    first = put(store, 1)
    put(store, 2)
    opened(store).optimize.compact()
    assert numbers(store, told(store, first)) == [2]
    opened(store).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    assert "is gone, so the table was vacuumed" in reason(store, first)
    assert told(store, opened(store).version()).files == ()


def test_a_log_that_was_cut_does_not_tell(store):
    """Also where the version itself is gone, as one that was made anew could not be told from it."""
    versions = [put(store, number) for number in range(4)]
    (store.root / log_file(A, versions[1])).unlink()
    assert reason(store, versions[0], versions[3]) == "its log does not tell any more what came after version 0"
    assert reason(store, versions[1]) == "its log does not tell any more what came after version 1"
    assert told(store, versions[2]).rows == 1


def test_a_damaged_log_file_is_named(store):
    """The run that follows reads everything, or says what is wrong with the table."""
    first = put(store, 1)
    version = put(store, 2)
    for content in (b"{", b"[1]", b'{"add": {"dataChange": true}}', b'{"add": 3}'):
        (store.root / log_file(A, version)).write_bytes(content)
        assert "the log file of its version 1 is damaged" in reason(store, first)


def test_a_table_that_was_made_anew_is_noticed_by_its_fingerprint(anywhere):
    """However many versions it has; without it, the versions alone would look like additions."""
    first = put(anywhere, 1)
    fingerprint = fingerprint_of(anywhere.storage, A, first)
    put(anywhere, 2)
    assert told(anywhere, first, fingerprint=fingerprint).rows == 1
    anywhere.storage.delete_folder(A)
    assert "does not tell any more" in reason(anywhere, first, fingerprint=fingerprint)
    outside_table = pa.table({"x": [5]})
    for _ in range(3):
        write_deltalake(anywhere.storage.uri(A), outside_table, mode="append", storage_options=anywhere.storage.options)
    assert "made anew" in reason(anywhere, first, fingerprint=fingerprint)
    assert fingerprint_of(anywhere.storage, A, 99) is None


def test_a_table_that_went_back_is_no_addition(store):
    """A version that is older than the one before."""
    put(store, 1)
    assert "it went back from version 1 to version 0" in reason(store, put(store, 2), 0)


def test_a_schema_that_grows_keeps_what_was_added(store):
    """New columns, by us and by others; also inside of a struct."""
    first = put(store, 1)
    put(store, 2, y=["new"])
    opened(store).alter.add_columns([Field("z", PrimitiveType("long"))])
    outside(store, 3, schema_mode="merge")
    assert numbers(store, told(store, first)) == [2, 3]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"fields": [{"name": "y", "type": "long"}]}, "the column 'x' was removed or renamed"),
        ({"fields": [{"name": "x", "type": "string"}]}, "the column 'x' was long and is string now"),
        ({"id": "another"}, "made it anew"),
        ({"partitionColumns": ["x"]}, "its partition columns were [] and are ['x']"),
    ],
    ids=["renamed", "type", "id", "partitions"],
)
def test_columns_that_do_not_stay_are_no_addition(store, change, said):
    """Even where the commit removes no file."""
    first = put(store, 1)
    version = first + 1
    metadata = TableCommit.parse(first, (store.root / log_file(A, first)).read_bytes()).metadata
    fields = change.pop("fields", None)
    changed = {**metadata, **change}
    if fields:
        described = [{"nullable": True, "metadata": {}, **field} for field in fields]
        changed["schemaString"] = json.dumps({"type": "struct", "fields": described})
    (store.root / log_file(A, version)).write_text(json.dumps({"metaData": changed}))
    assert said in reason(store, first)


def test_columns_grow_inside_of_others_and_may_come_to_hold_nulls(store):
    """What a column says of itself beside its type is no change of data."""
    inner = pa.struct([("a", pa.int64())])
    write_deltalake(store.storage.uri(A), pa.table({"x": [1], "s": pa.array([{"a": 1}], inner)}))
    wider = pa.struct([("a", pa.int64()), ("b", pa.int64())])
    grown = pa.table({"x": [2], "s": pa.array([{"a": 1, "b": 2}], wider)})
    write_deltalake(opened(store), grown, mode="append", schema_mode="merge")
    assert told(store, 0).rows == 1


def test_retention_may_remove_whole_files_where_it_is_allowed(store):
    """But nothing else may: not replacing, not rewriting a file for some of its rows, not going back to a version."""
    first = put(store, 1)
    for rows in ((2, 3), (4, 5)):
        put(store, *rows)
    opened(store).delete("x = 1")
    opened(store).delete("x = 2 or x = 3")
    assert "removed rows" in reason(store, first)
    found = told(store, first, allow_retention=True)
    assert numbers(store, found) == [4, 5]  # what came and went in between is no addition
    assert told(store, first + 1, allow_retention=True).rows == 2
    last = opened(store).version()
    opened(store).delete("x = 4")
    assert "changed rows" in reason(store, last, allow_retention=True)
    last = opened(store).version()
    put(store, append=False)
    assert "replaced what was there" in reason(store, last, allow_retention=True)


def test_a_limit_ends_after_so_many_versions_with_data(anywhere):
    """Housekeeping and appends of nothing do not count; what is behind the limit must have removed nothing all the same."""
    versions = [put(anywhere, 0)]
    versions.append(put(anywhere, 1))
    put(anywhere)
    versions.append(put(anywhere, 2))
    opened(anywhere).optimize.compact()
    versions += [put(anywhere, 3), put(anywhere, 4)]
    opened(anywhere).optimize.compact()
    seen, batches, since = [], [], versions[0]
    while (found := told(anywhere, since, limit=2)).files:
        batches.append(found.until)
        seen.append(numbers(anywhere, found))
        assert numbers_at(anywhere, found.until) == list(range(1 + sum(map(len, seen))))
        since = found.until
    assert seen == [[1, 2], [3, 4]]
    assert batches[0] == versions[2]
    put(anywhere, 9, append=False)
    assert "replaced" in reason(anywhere, versions[0], limit=2)


def numbers_at(store: Store, version: int) -> list[int]:
    """All rows of a version."""
    table = DeltaTable(store.storage.uri(A), version=version, storage_options=store.storage.options)
    return sorted(table.to_pyarrow_table()["x"].to_pylist())


def test_the_first_batch_of_a_limit_begins_where_the_rows_were_last_replaced(store):
    """So that batch by batch everything is read that there is, and nothing twice."""
    for number in (1, 2):
        put(store, number)
    versions = [put(store, 3, append=False), put(store, 4), put(store, 5)]
    newest = versions[-1]
    assert [first_batch(store.storage, A, newest, limit) for limit in (1, 2, 3, 9)] == [*versions, newest]
    opened(store).update({"x": "x + 10"}, predicate="x = 3")
    newest = opened(store).version()
    assert first_batch(store.storage, A, newest, 1) == newest
    after = [put(store, 6), put(store, 7)]
    assert [first_batch(store.storage, A, after[-1], limit) for limit in (1, 2)] == [newest, after[0]]


def test_versions_whose_files_are_gone_end_no_batch(anywhere):
    """A first batch goes on to one that can be read; one that goes on from another is none, as its rows would be missing."""
    versions = [put(anywhere, number) for number in range(4)]
    opened(anywhere).optimize.compact()
    merged = opened(anywhere).version()
    last = [put(anywhere, number) for number in (4, 5)]
    assert first_batch(anywhere.storage, A, last[1], 2) == versions[1]
    assert told(anywhere, versions[0], limit=2).until == versions[2]
    opened(anywhere).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    assert first_batch(anywhere.storage, A, last[1], 2) == merged
    assert first_batch(anywhere.storage, A, last[1], 5) == last[0]
    assert "vacuumed" in reason(anywhere, versions[0], limit=2)
    assert numbers(anywhere, told(anywhere, versions[3], limit=1)) == [4]


def test_a_version_that_can_be_read_in_part_ends_no_batch(store):
    """Its new files are there, of those before some are gone."""
    first, second = put(store, 1), put(store, 2)
    third, fourth = put(store, 3), put(store, 4)
    opened(store).optimize.compact()
    assert told(store, second, limit=1).until == third
    (old,) = [add["path"] for add in (json.loads(line).get("add") for line in log(store, first)) if add]
    store.storage.delete(f"{A}/{old}")
    assert reason(store, second, limit=1) == f"files of its version {third} are gone, so the table was vacuumed"
    assert numbers(store, told(store, second)) == [3, 4]
    assert told(store, fourth, limit=1).rows == 0


def test_the_first_batch_of_a_table_whose_log_was_cut_is_its_checkpoint(store):
    """As nobody can tell any more what came in which order before it."""
    versions = [put(store, number) for number in range(5)]
    opened(store).create_checkpoint()
    versions += [put(store, number) for number in range(2)]
    assert first_batch(store.storage, A, versions[-1], 2) == versions[1]
    for version in versions[:3]:
        (store.root / log_file(A, version)).unlink()
    assert first_batch(store.storage, A, versions[-1], 1) == versions[4]
    (store.root / log_file(A, versions[5])).unlink()
    assert first_batch(store.storage, A, versions[-1], 1) == versions[-1]


def test_other_features_than_files_alone_can_tell_are_named(store, tmp_path):
    """Another program may write names into the files that are not those of the table."""
    write_deltalake(store.storage.uri(A), pa.table({"x": [1]}))
    metadata = TableCommit.parse(0, (store.root / log_file(A, 0)).read_bytes()).metadata
    mapped = {**metadata, "configuration": {"delta.columnMapping.mode": "name"}}
    protocol = {"minReaderVersion": 3, "minWriterVersion": 7}
    features = {"readerFeatures": ["columnMapping"], "writerFeatures": ["columnMapping"]}
    fields = json.loads(metadata["schemaString"])["fields"]
    fields[0]["metadata"] = {"delta.columnMapping.id": 1, "delta.columnMapping.physicalName": "col-1"}
    mapped["schemaString"] = json.dumps({"type": "struct", "fields": fields})
    actions = [{"protocol": protocol | features}, {"metaData": mapped}]
    (store.root / log_file(A, 1)).write_text("\n".join(map(json.dumps, actions)))
    pq_file = store.root / A / "more.parquet"
    pl.DataFrame({"col-1": [2]}).write_parquet(pq_file)
    add = {"path": "more.parquet", "size": pq_file.stat().st_size, "partitionValues": {}, "modificationTime": 0}
    (store.root / log_file(A, 2)).write_text(json.dumps({"add": add | {"dataChange": True}}))
    assert told(store, 0, 1).files == ()
    assert "it has the Delta table feature columnMapping" in reason(store, 1)


def test_a_file_outside_of_the_table_is_no_addition(store):
    """Nobody is led out of the folder."""
    first = put(store, 1)
    add = {"path": "../b/secret.parquet", "size": 1, "partitionValues": {}, "modificationTime": 0, "dataChange": True}
    (store.root / log_file(A, first + 1)).write_text(json.dumps({"add": add}))
    assert "which leads out of its folder" in reason(store, first)


def test_raw_files_that_are_put_beside_others_are_additions_and_one_that_takes_the_place_of_another_is_none(
    store, run_transform
):
    """Their rows tell where the bytes lie."""

    def put_files(mode, **texts):
        @transform.using(out=Output("/a"))
        def job(out):
            out.set_mode(mode)
            for name, text in texts.items():
                with out.filesystem().open(name, "w") as file:
                    file.write(text)

        run_transform(job)
        return opened(store).version()

    first = put_files("replace", a="1", b="2")
    second = put_files("append", c="3")
    assert put_files("modify", d="4") > second
    found = told(store, first)
    rows = pl.concat([pl.read_parquet(store.storage.open(f"{A}/{file.path}")) for file in found.files])
    assert sorted(rows["path"]) == ["c", "d"]
    version = put_files("modify", a="5")
    assert re.search(rf"commit #4 of .*job replaced what was there \(version {version}\)", reason(store, first))


def test_partition_values_and_names_of_folders_come_decoded(store):
    """Whatever letters they have."""
    write_deltalake(store.storage.uri(A), pa.table({"x": [1], "p": ["a"]}), partition_by=["p"])
    values = ["y z", "ä%20/b", None, "a=b"]
    write_deltalake(opened(store), pa.table({"x": [1, 2, 3, 4], "p": values}), mode="append")
    found = told(store, 0)
    assert numbers(store, found) == [1, 2, 3, 4]
    assert {file.partition_values["p"] for file in found.files} == set(values)


def test_a_thousand_tables_are_asked_in_a_moment(store, monkeypatch):
    """Each costs two looks and its new log files, so a plan of a thousand inputs may ask them all."""
    first = put(store, 1)
    put(store, 2)
    looks: list[str] = []
    for name in ("read", "exists", "names"):
        plain: Callable[[str], Any] = getattr(store.storage, name)
        monkeypatch.setattr(store.storage, name, lambda file, plain=plain: looks.append(file) or plain(file))
    told(store, first)
    assert len(looks) <= 4
