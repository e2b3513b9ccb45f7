"""Merging small files when somebody asks for it."""

from __future__ import annotations

from typing import Any

import polars as pl

from transforms.api import Input, Output, incremental, transform
from transforms.config import Config
from transforms.run.adding import Addition, add
from transforms.run.job import JobOptions, run_job
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store.optimizing import optimize_tables
from transforms.store.store import Store


def grown(store: Store, config: Config, alias: str, first: int, times: int) -> None:
    """Add a row in a file of its own, some times."""
    for number in range(first, first + times):
        add(store, config, Addition(alias, pl.DataFrame({"x": [number]})), JobOptions(name="put"))


def xs(store: Store, alias: str, until: int | None = None) -> list[int]:
    """Return what a dataset holds, or held at a commit."""
    from transforms.engine.local.reading import read_polars

    found = store.view(Resource("dataset", alias), "master", until=until)
    assert found is not None
    return sorted(read_polars(found[0])["x"])


def test_small_files_become_one_and_nothing_else_changes(anywhere: Store, tmp_path: Any) -> None:
    """Neither rows nor what was there at any commit; doing it twice does nothing. In a folder and in a bucket."""
    config = Config(project=tmp_path, root=str(anywhere.root))
    put_frame(anywhere, "master", "/a", pl.DataFrame({"x": [0]}))
    grown(anywhere, config, "/a", 1, 4)
    put_frame(anywhere, "master", "/b", pl.DataFrame({"x": [0]}))
    (told,) = optimize_tables(anywhere, dry_run=True)
    assert (told.table, told.files_before, told.files_after) == ("master/datasets/a", 5, 5)
    (told,) = optimize_tables(anywhere)
    assert (told.files_before, told.files_after, told.left_alone) == (5, 1, "")
    assert xs(anywhere, "/a") == [0, 1, 2, 3, 4]
    assert [xs(anywhere, "/a", until=seq) for seq in (1, 3)] == [[0], [0, 1, 2]]
    assert optimize_tables(anywhere) == []


def test_an_incremental_transform_goes_on(store: Store, tmp_path: Any) -> None:
    """Merging is no change, before its run and after it; and its next commit finds the table as it must be."""
    config = Config(project=tmp_path, root=str(store.root))
    ran = []

    @incremental()
    @transform.using(out=Output("/out"), raw=Input("/raw"))
    def copy(ctx: Any, out: Any, raw: Any) -> None:
        ran.append(ctx.is_incremental)
        out.write_table(raw.polars("added"))

    put_frame(store, "master", "/raw", pl.DataFrame({"x": [0]}))
    for first in (1, 3, 5):
        grown(store, config, "/raw", first, 2)
        assert run_job(copy, store, config, JobOptions()).status == "committed"
        assert [one.left_alone for one in optimize_tables(store)] in ([""], ["", ""])
    assert ran == [False, True, True]
    assert xs(store, "/out") == list(range(7))


def test_what_is_being_built_is_left_alone(store: Store, tmp_path: Any) -> None:
    """Its job looks whether somebody changed the table. Others are merged, and only those that are asked for."""
    config = Config(project=tmp_path, root=str(store.root))
    for alias in ("/a", "/b", "/c"):
        put_frame(store, "master", alias, pl.DataFrame({"x": [0]}))
        grown(store, config, alias, 1, 1)
    wanted = [(Resource("dataset", alias), "master") for alias in ("/a", "/b")]
    holder = store.begin("holder", "master", [Resource("dataset", "/a")])
    try:
        told = {one.table: (one.files_after, one.left_alone) for one in optimize_tables(store, wanted)}
    finally:
        holder.abandon()
    assert told == {"master/datasets/a": (2, "it is being built now"), "master/datasets/b": (1, "")}
    assert [one.table for one in optimize_tables(store, dry_run=True)] == ["master/datasets/a", "master/datasets/c"]
