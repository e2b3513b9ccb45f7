"""An incremental job on a few new rows of a large dataset, planning many of them, and building everything anew instead.

The large dataset is one file under two thousand names: what is measured opens none of them, and sees as many in the table's log.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from tests.benchmarks.test_experiments import PEERS_PYTHON, REPOSITORY
from tests.benchmarks.timing import median_seconds
from transforms.api import Input, Output, incremental, transform
from transforms.config import Config
from transforms.run.adding import Addition, add
from transforms.run.job import JobOptions, JobResult, run_job
from transforms.run.project import Project
from transforms.spec.transform import Transform
from transforms.store.store import Store

FILE_ROWS, FILES = 50_000, 2_000
FEW_ROWS, NEW_ROWS = 10_000, 1_000
ROUNDS = 15
PLANNED, THEIR_INPUTS = 1_000, 100
REBUILT_FILES = 200  # ten million rows


def orders(rows: int) -> pl.DataFrame:
    """Return rows as a shop's orders are, in types of all kinds."""
    rng = np.random.default_rng(rows)
    return pl.DataFrame(
        {
            "id": rng.integers(0, 2**60, rows),
            "customer": rng.integers(0, 100_000, rows),
            "amount": rng.random(rows),
            "text": [f"order {number:x}" for number in rng.integers(0, 2**60, rows)],
        }
    )


def cleaned(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the orders that the pipeline is about, which is decided row by row."""
    return rows.filter(pl.col("amount") > 0.1).with_columns(price=pl.col("amount") * 100)


class Shop:
    """A store with a dataset of so many files of so many rows, and an incremental transform that cleans it.

    :param folder: a folder of its own.
    :param files: how many files the dataset has.
    :param rows: how many rows each of them has.
    """

    def __init__(self, folder: Path, files: int, rows: int) -> None:
        folder.mkdir(exist_ok=True)
        self.store = Store(folder / "store")
        self.config = Config(folder, str(self.store.root))
        self._seed = 0
        raw, clean = folder / "raw.parquet", folder / "clean.parquet"
        orders(rows).write_parquet(raw)
        cleaned(pl.scan_parquet(raw)).collect().write_parquet(clean)

        @transform.using(out=Output("/shop/orders"))
        def bring(out):
            many_names(raw, out.path_for_write_table, files)
            out.write_table(None)

        @incremental()
        @transform.using(orders=Input("/shop/orders"), out=Output("/shop/clean"))
        def clean_orders(ctx, orders, out):
            if ctx.is_incremental:
                out.write_table(cleaned(orders.polars(lazy=True)))
                return
            many_names(clean, out.path_for_write_table, files)  # what it would have written of the first rows
            out.write_table(None)

        self.job = clean_orders
        self.run(bring)
        assert not told(self.run(self.job))

    def run(self, job: Transform) -> JobResult:
        """Run a transform."""
        result = run_job(job, self.store, self.config, JobOptions())
        if result.error is not None:
            raise result.error
        return result

    def seconds(self) -> float:
        """Return how long the job takes when some rows were added."""
        self._seed += 1
        rows = orders(NEW_ROWS).with_columns(pl.col("id") + self._seed)
        add(self.store, self.config, Addition("/shop/orders", rows), JobOptions())
        began = time.perf_counter()
        assert told(self.run(self.job))
        return time.perf_counter() - began


def many_names(file: Path, folder: str, names: int) -> None:
    """Have a file under many names in a folder."""
    for number in range(names):
        os.link(file, Path(folder) / f"part-{number:05}.parquet")


def told(result: JobResult) -> bool:
    """Return whether a job ran incrementally."""
    assert result.incremental is not None
    return result.incremental.is_incremental


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """A shop with few orders."""
    return Shop(tmp_path_factory.mktemp("few"), 1, FEW_ROWS)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A shop with a hundred million."""
    return Shop(tmp_path_factory.mktemp("many"), FILES, FILE_ROWS)


def test_new_rows_of_a_large_dataset(few, many, report):
    """What is there costs next to nothing."""
    pairs = [(many.seconds(), few.seconds()) for _ in range(ROUNDS + 1)][1:]
    ratio = statistics.median(large / small for large, small in pairs)
    what = f"incremental job on {NEW_ROWS:,} new rows of {FILES * FILE_ROWS:,} in {FILES:,} files, of {FEW_ROWS:,} = 1"
    report(what, ratio, 1.5)


MODULE = f"""
from transforms.api import Input, Output, Pipeline, incremental, transform

def make(number):
    @incremental()
    @transform.using(raw=Input(f"/raw/{{number % {THEIR_INPUTS}}}"), out=Output(f"/out/{{number}}"))
    def build(raw, out):
        out.write_table(raw.polars())
    build.__name__ = f"build_{{number}}"
    return build

pipeline = Pipeline()
pipeline.add_transforms(*map(make, range({PLANNED})))
"""


def test_planning_many(tmp_path, monkeypatch, report):
    """All of them have run, and each input has new rows since: the log of each is asked."""
    name = "many_incremental_transforms"
    (tmp_path / f"{name}.py").write_text(MODULE)
    (tmp_path / "pyproject.toml").write_text(f'[tool.transforms]\npipelines = ["{name}"]\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    project = Project.open(tmp_path)

    def grow() -> None:
        for number in range(THEIR_INPUTS):
            add(project.store, project.config, Addition(f"/raw/{number}", pl.DataFrame({"x": [1]})), JobOptions())

    grow()
    for made, job in project.transforms.items():
        assert run_job(job, project.store, project.config, JobOptions(name=made)).error is None
    grow()

    def plan() -> None:
        jobs = Project.open(tmp_path).plan().jobs
        assert [job.incremental is not None and job.incremental.is_incremental for job in jobs] == [True] * PLANNED

    report(f"planning {PLANNED:,} incremental transforms", median_seconds(plan, 5, warm_up=1), 2, "s")
    sys.modules.pop(name)


def with_dagster(source: str, target: str) -> float:
    """Clean all orders in an asset of Dagster, with Polars and delta-rs; in the environment of the peers."""
    command = [str(PEERS_PYTHON), str(REPOSITORY / "tests/benchmarks/peer_rebuild.py"), source, target]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return float(said.stdout)


def with_polars(source: str, target: str) -> float:
    """Clean all orders with Polars and delta-rs, without an orchestrator."""
    began = time.perf_counter()
    write_deltalake(target, cleaned(pl.scan_delta(source)).collect(), mode="overwrite")
    return time.perf_counter() - began


def with_duckdb(source: str, target: str) -> float:
    """Clean all orders with DuckDB, as a table of dbt does, and keep them in Delta as well."""
    import duckdb

    began = time.perf_counter()
    files = DeltaTable(source).file_uris()
    rows = duckdb.sql(
        "SELECT *, amount * 100 AS price FROM read_parquet($files) WHERE amount > 0.1", params={"files": files}
    )
    write_deltalake(target, rows.to_arrow_reader(), mode="overwrite")
    return time.perf_counter() - began


@pytest.mark.parametrize(
    ("rebuild", "named"),
    [(with_dagster, "Dagster"), (with_polars, "Polars"), (with_duckdb, "DuckDB")],
    ids=["dagster", "polars", "duckdb"],
)
def test_against_building_everything_anew(
    tmp_path: Path, rebuild: Callable[[str, str], float], named: str, report: Callable[..., None]
) -> None:
    """The same pipeline on the same rows, which writes and commits all of them: as an asset, or without an orchestrator."""
    shop = Shop(tmp_path, REBUILT_FILES, FILE_ROWS)
    source = shop.store.storage.uri("master/datasets/shop/orders")
    ratios = []
    for _ in range(3):
        ours = shop.seconds()
        ratios.append(rebuild(source, str(tmp_path / "rebuilt")) / ours)
    rows = f"{REBUILT_FILES * FILE_ROWS:,}"
    what = f"all of {rows} rows anew with {named}, an incremental job on {NEW_ROWS:,} new ones = 1"
    report(what, statistics.median(ratios), 10, at_least=True)
