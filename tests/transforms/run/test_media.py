"""Media sets: an item at a time, found by path and by RID, committed with the job."""

from __future__ import annotations

import io
import json
import pickle

import pytest

from transforms.api import Input, LightweightContext, Output, TransformContext, incremental, transform, transform_pandas
from transforms.errors import DataError, DeclarationError, MisuseError, NotFoundError, TransformTypeError, UsageError
from transforms.mediasets import MediaSetInput, MediaSetInputParam, MediaSetOutput, MediaSetOutputParam

SCANS = {"b/two.pdf": b"%PDF two", "one.pdf": b"%PDF one"}


@transform(pages=MediaSetInput("/scans"), texts=MediaSetOutput("/texts"))
def texts_of(pages: MediaSetInputParam, texts: MediaSetOutputParam) -> None:
    for row in pages.list_media_items_by_path().to_dicts():
        with pages.get_media_item(row["mediaItemRid"]) as file:
            texts.put_media_item(io.BytesIO(file.read()[5:]), row["path"].replace(".pdf", ".txt"))


def test_items_are_listed_read_by_rid_and_written(run_transform) -> None:
    result = run_transform(texts_of, {"pages": SCANS})

    assert result.outputs["texts"].files() == {"b/two.txt": b"two", "one.txt": b"one"}


def test_an_item_replaces_the_one_of_its_path_and_others_stay(run_transform) -> None:
    run_transform(texts_of, {"pages": {"old.pdf": b"%PDF old", "one.pdf": b"%PDF 0"}})

    again = run_transform(texts_of, {"pages": SCANS})

    assert again.outputs["texts"].files() == {"b/two.txt": b"two", "old.txt": b"old", "one.txt": b"one"}


def test_a_snapshot_leaves_nothing_of_what_was_there(run_transform) -> None:
    @transform(pages=Input("/files"), out=MediaSetOutput("/copy", should_snapshot=True))
    def copied(pages, out) -> None:
        out.put_dataset_files(pages, ignore_items_not_matching_schema=True)

    run_transform(copied, {"pages": {"old.pdf": b"x"}})

    assert run_transform(copied, {"pages": SCANS}).outputs["out"].files() == SCANS


def test_an_incremental_run_lists_the_items_that_are_new(run_transform) -> None:
    seen: list[list[str]] = []

    @transform(files=Input("/files"), out=MediaSetOutput("/scans"))
    def scanned(files, out) -> None:
        out.put_dataset_files(files)

    @incremental()
    @transform(pages=MediaSetInput("/scans"), out=MediaSetOutput("/copy"))
    def copied(pages, out) -> None:
        seen.append(pages.list_media_items_by_path()["path"].to_list())
        for path in seen[-1]:
            out.put_media_item(pages.get_media_item_by_path(path), path)

    run_transform(scanned, {"files": {"one.pdf": b"1"}})
    run_transform(copied)
    run_transform(scanned, {"files": {"two.pdf": b"2"}})

    assert run_transform(copied).outputs["out"].files() == {"one.pdf": b"1", "two.pdf": b"2"}
    assert seen == [["one.pdf"], ["two.pdf"]]


@pytest.mark.parametrize(
    ("declared", "left"),
    [
        (
            {"semantic_version": 2},
            {"two.pdf": b"2"},
        ),  # everything anew: the item of the first run is none of its own any more
        ({}, {"one.pdf": b"1", "two.pdf": b"2"}),
        ({"strict_append": True}, {"one.pdf": b"1", "two.pdf": b"2"}),
    ],
)
def test_a_media_set_goes_on_or_begins_anew_with_its_incremental_transform(run_transform, declared, left) -> None:
    def copy_of(name: str, **options):
        def copied(pages, out) -> None:
            out.put_media_item(pages.get_media_item_by_path(name), name)

        return incremental(**options)(transform(pages=MediaSetInput("/scans"), out=MediaSetOutput("/copy"))(copied))

    @transform(files=Input("/files"), out=MediaSetOutput("/scans"))
    def scanned(files, out) -> None:
        out.put_dataset_files(files)

    run_transform(scanned, {"files": {"one.pdf": b"1"}})
    run_transform(copy_of("one.pdf"))
    run_transform(scanned, {"files": {"two.pdf": b"2"}})

    assert run_transform(copy_of("two.pdf", **declared)).outputs["out"].files() == left


def test_an_item_has_one_rid_where_it_is_written_and_where_it_is_read(run_transform) -> None:
    """It follows the bytes: an item that is written as it was keeps its RID, another under its path has another."""
    seen: list[dict[str, str]] = []

    @transform.using(out=MediaSetOutput("/made"), pages=MediaSetInput("/scans"))
    def made(pages, out) -> None:
        seen.append({path: out.put_media_item(SCANS[path], path).media_item_rid for path in SCANS})

    @transform.using(made=MediaSetInput("/made"), out=Output("/rids"))
    def rids(made, out, ctx: LightweightContext) -> None:
        out.write_table(made.list_media_items_by_path_with_media_reference(ctx))

    run_transform(made, {"pages": SCANS})
    rows = run_transform(rids).outputs["out"].rows()

    assert {row["path"]: row["mediaItemRid"] for row in rows} == seen[0]
    reference = json.loads(rows[0]["mediaReference"])
    assert reference["mimeType"] == "application/pdf"
    assert reference["reference"]["mediaSetViewItem"]["mediaItemRid"] == rows[0]["mediaItemRid"]


def test_items_are_read_and_written_in_other_processes(run_transform) -> None:
    """As on an executor of Spark, to which both sides are pickled."""

    @transform(pages=MediaSetInput("/scans"), out=MediaSetOutput("/copy"))
    def copied(pages, out) -> None:
        there, target = pickle.loads(pickle.dumps((pages, out)))
        for path in SCANS:
            target.put_media_item(there.get_media_item_by_path(path), path)

    assert run_transform(copied, {"pages": SCANS}).outputs["out"].files() == SCANS


def test_an_executor_reads_items_and_the_listing_is_a_spark_frame(run_transform, spark) -> None:
    @transform(pages=MediaSetInput("/scans"), out=Output("/sizes"))
    def sizes(ctx: TransformContext, pages, out) -> None:
        listing = pages.list_media_items_by_path(ctx)
        found = listing.rdd.map(lambda row: (row["path"], len(pages.get_media_item(row["mediaItemRid"]).read())))
        out.write_dataframe(found.toDF(["path", "size"]))

    rows = run_transform(sizes, {"pages": SCANS}).outputs["out"].rows()

    assert sorted((row["path"], row["size"]) for row in rows) == [("b/two.pdf", 8), ("one.pdf", 8)]


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda pages, out: pages.get_media_item_by_path("one.pdg"), FileNotFoundError, "Did you mean 'one.pdf'"),
        (lambda pages, out: pages.get_media_item("ri.mio.x"), NotFoundError, "no item 'ri.mio.x' in this version"),
        (lambda pages, out: out.put_media_item("text", "a"), TransformTypeError, "give bytes, or an open binary file"),
        (lambda pages, out: out.put_media_item(io.StringIO("x"), "a"), TransformTypeError, "open it with 'rb'"),
        (lambda pages, out: out.put_media_item(b"", "../a"), DataError, "a"),
        (lambda pages, out: pages.transform_media_item("r", "o", {}), MisuseError, "a library of yours"),
        (lambda pages, out: out.put_media_itm(b"", "a"), MisuseError, "Did you mean 'put_media_item'"),
    ],
)
def test_what_cannot_be_is_told_at_the_call(run_transform, call, error, says: str) -> None:
    @transform(pages=MediaSetInput("/scans"), out=MediaSetOutput("/out"))
    def compute(pages, out) -> None:
        call(pages, out)

    with pytest.raises(error, match=says):
        run_transform(compute, {"pages": SCANS})


def test_a_dataset_of_rows_is_no_media_set(run_transform) -> None:
    with pytest.raises(DataError, match="it holds rows; read it with Input"):
        run_transform(texts_of, {"pages": [{"x": 1}]})


def test_a_transform_that_returns_rows_cannot_write_items(run_transform) -> None:
    with pytest.raises((DeclarationError, UsageError)):
        run_transform(transform_pandas(MediaSetOutput("/out"))(lambda: None))
