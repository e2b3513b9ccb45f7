"""Ten million rows, against the libraries that do the work: no price for the commit."""

from __future__ import annotations

import shutil

import numpy as np
import polars as pl
import pytest
from deltalake import write_deltalake

from tests.benchmarks.timing import paired_ratio, peak_memory
from transforms.engine.local.reading import scan_polars
from transforms.engine.local.staging import stage_frame
from transforms.spec.resource import Resource
from transforms.store.store import Store

ROWS = 10_000_000
BIG = Resource("dataset", "/big")
MAKE = f"""
import numpy as np, polars as pl
rng = np.random.default_rng(0)
frame = pl.DataFrame({{
    "id": np.arange({ROWS}), "a": rng.normal(size={ROWS}), "b": rng.normal(size={ROWS}),
    "c": rng.integers(0, 1000, {ROWS}), "d": rng.integers(0, 2, {ROWS}).astype(bool),
    "e": pl.Series(rng.integers(0, 50, {ROWS})).cast(pl.String),
}})
"""


@pytest.fixture(scope="module")
def frame():
    """Ten million rows of six columns."""
    scope: dict = {}
    exec(MAKE, {"np": np, "pl": pl}, scope)
    return scope["frame"]


def write(root, frame):
    """Commit a frame through the store."""
    store = Store(root)
    transaction = store.begin("big", "master", [BIG])
    change = stage_frame(transaction, store.table_of(BIG, "master"), frame)
    transaction.commit([change], {BIG.key: {}})


def test_writing(tmp_path, frame, report):
    """With everything synced, against ``write_deltalake``, which syncs nothing."""

    def theirs() -> None:
        shutil.rmtree(tmp_path / "raw", ignore_errors=True)
        write_deltalake(str(tmp_path / "raw"), frame)

    def ours() -> None:
        shutil.rmtree(tmp_path / "store", ignore_errors=True)
        write(tmp_path / "store", frame)

    report("writing 10,000,000 rows, write_deltalake = 1", paired_ratio(ours, theirs), 0.9, at_least=True)


def test_reading(tmp_path, frame, report):
    """Lazily, against ``pl.scan_delta``."""
    write(tmp_path / "store", frame)
    store = Store(tmp_path / "store")
    path = str(store.root / store.table_of(BIG, "master"))
    query = lambda rows: rows.group_by("e").agg(pl.col("a").mean(), pl.col("c").sum()).collect()  # noqa: E731
    ratio = paired_ratio(
        lambda: query(scan_polars(store.view(BIG, "master")[0])), lambda: query(pl.scan_delta(path)), rounds=9
    )
    report("reading 10,000,000 rows lazily, pl.scan_delta = 1", ratio, 0.95, at_least=True)


def test_memory(tmp_path, report):
    """The most that a process holds while it writes."""
    ours = peak_memory(
        f"{MAKE}\nfrom tests.benchmarks.test_large_frames import write\nwrite({str(tmp_path / 'store')!r}, frame)"
    )
    theirs = peak_memory(
        f"{MAKE}\nfrom deltalake import write_deltalake\nwrite_deltalake({str(tmp_path / 'raw')!r}, frame)"
    )
    report("peak memory of writing 10,000,000 rows, write_deltalake = 1", ours / theirs, 1.2)
