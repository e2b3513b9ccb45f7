"""Random histories of a dataset and the jobs that follow it: whatever happens, each run leaves what one run on everything would."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import polars as pl
from deltalake import DeltaTable, write_deltalake
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.run.local_and_spark.engines import ENGINES
from transforms.api import Input, Output, incremental, transform
from transforms.config import Config
from transforms.run.job import JobOptions, run_job
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store.store import Store

BRANCHES = st.sampled_from(["master", "master", "dev"])
WAYS = st.sampled_from(["well", "well", "well", "aborts", "fails", "aborts one"])
EVENT = st.one_of(
    st.tuples(st.just("append"), BRANCHES, st.integers(1, 3)),
    st.tuples(st.just("put"), BRANCHES, st.integers(1, 3)),
    st.tuples(st.sampled_from(["grow", "foreign append", "foreign delete", "optimize", "spoil"]), BRANCHES),
    st.tuples(st.just("build"), BRANCHES, WAYS),
    st.tuples(st.just("build"), BRANCHES, WAYS),
)

# A plain @transform, as only its outputs can be aborted alone, and what it reads and writes with on each engine.
LOCAL = replace(
    ENGINES["local"],
    declare=transform,
    read=lambda dataset, *args, **kwargs: dataset.pandas(*args, **kwargs).to_dict("records"),
    write=lambda output, rows: output.write_pandas(pd.DataFrame(rows)) if rows else None,
)
ON = {"local": LOCAL, "spark": ENGINES["spark"]}


class Failure(Exception):
    """What a job fails with that is to fail."""


def follower(engine, way):
    """Return the job that follows /raw, and ends as ``way`` says when it runs."""
    read, write, schema = engine.read, engine.write, engine.schema

    @incremental()
    @engine.declare(raw=Input("/raw"), rows=Output("/rows"), total=Output("/total"))
    def follow(ctx, raw, rows, total):
        new = [row["x"] for row in read(raw)]
        write(rows, [{"x": 10 * x} for x in new])
        had = read(total, "previous", schema=schema({"n": "long", "sum": "long"}))
        total.set_mode("replace")
        write(total, [{"n": sum(row["n"] for row in had) + len(new), "sum": sum(row["sum"] for row in had) + sum(new)}])
        if way[0] == "aborts":
            ctx.abort_job()
        if way[0] == "fails":
            raise Failure
        if way[0] == "aborts one":
            total.abort()

    return follow


class World:
    """A store in which things happen, and a plain model of what should be there.

    /raw holds numbers; the job writes ten times each of them to /rows, and how many there are and their sum to /total, which it
    computes from what it had.
    """

    def __init__(self, engine: str, folder: Path) -> None:
        self.store = Store(folder)
        self.engine = engine
        self.raw: dict[str, list[int]] = {}
        self.runs: dict[str, tuple[str, bool]] = {}  # where the last run found /raw, and whether the next can go on
        self.numbers = itertools.count(1)
        self.columns = ["x"]
        self.way = ["well"]
        self.job = follower(ON[engine], self.way)
        self.put("master", 2)

    def run(self, job, branch):
        """Run a job."""
        config = Config(project=None, root=str(self.store.root))
        result = run_job(job, self.store, config, JobOptions(branch, engine=self.engine))
        if result.error is not None and not isinstance(result.error, Failure):
            raise result.error
        return result

    def seen(self, branch):
        """Return the branch on which /raw is read, and what it should hold."""
        there = branch if branch in self.raw else "master"
        return there, self.raw[there]

    def table(self, alias, branch):
        """Return the address of a dataset's table."""
        return str(self.store.root / self.store.table_of(Resource("dataset", alias), branch))

    def rows(self, alias, branch):
        """Return what a dataset holds."""
        return sorted(pl.read_delta(self.table(alias, branch)).rows())

    def break_all(self, branch):
        """Note that rows of /raw went."""
        self.runs = {b: (found, goes_on and found != branch) for b, (found, goes_on) in self.runs.items()}

    def fresh(self, count):
        """Return rows that are nowhere yet."""
        rows = pl.DataFrame({"x": list(itertools.islice(self.numbers, count))})
        return rows.with_columns(pl.lit(1).alias(name) for name in self.columns[1:])

    # What happens.

    def append(self, branch, count):
        rows = self.fresh(count)

        @transform.using(out=Output("/raw"))
        def add(out):
            out.set_mode("append")
            out.write_table(rows)

        assert self.run(add, branch).status == "committed"
        self.raw[branch] = [*self.seen(branch)[1], *rows["x"]]

    def put(self, branch, count):
        rows = self.fresh(count)
        put_frame(self.store, branch, "/raw", rows)
        self.raw[branch] = list(rows["x"])
        self.break_all(branch)

    def grow(self, branch):
        if self.seen(branch)[0] == branch and len(self.columns) < 4:
            self.columns.append(f"y{len(self.columns)}")
        self.append(branch, 1)

    def foreign_append(self, branch):
        if branch in self.raw:
            rows = self.fresh(1).to_arrow()
            write_deltalake(self.table("/raw", branch), rows, mode="append", schema_mode="merge")
            self.raw[branch] = [*self.raw[branch], *rows["x"].to_pylist()]

    def foreign_delete(self, branch):
        if len(self.raw.get(branch, ())) > 1:
            gone, *self.raw[branch] = self.raw[branch]
            DeltaTable(self.table("/raw", branch)).delete(f"x = {gone}")
            self.break_all(branch)

    def optimize(self, branch):
        for alias in ("/raw", "/rows"):
            if DeltaTable.is_deltatable(self.table(alias, branch)):
                DeltaTable(self.table(alias, branch)).optimize.compact()

    def spoil(self, branch):
        """Something else is written over an output."""
        if branch in self.runs:
            put_frame(self.store, branch, "/rows", pl.DataFrame({"x": [-1]}))
            self.runs[branch] = (self.runs[branch][0], False)

    def build(self, branch, way):
        last = self.runs.get(branch) or self.runs.get("master")
        way = "well" if way == "aborts one" and last is None else way
        self.way[:] = [way]
        found, values = self.seen(branch)
        result = self.run(self.job, branch)
        if way in ("aborts", "fails"):
            assert result.status == {"aborts": "aborted", "fails": "failed"}[way]
            return
        assert result.incremental.is_incremental == (last is not None and last[1] and last[0] == found), result
        self.runs[branch] = (found, way == "well")
        assert self.rows("/rows", branch) == sorted((10 * x,) for x in values)
        if way == "well":
            assert self.rows("/total", branch) == [(len(values), sum(values))]


def check(engine: str, examples: int, longest: int) -> None:
    """Try random histories, each ended by a run on both branches."""

    @settings(max_examples=examples, database=None)
    @given(st.lists(EVENT, min_size=4, max_size=longest))
    def holds(history):
        folder = Path(tempfile.mkdtemp())
        try:
            world = World(engine, folder / "store")
            for event, *given_ in [*history, ("build", "master", "well"), ("build", "dev", "well")]:
                getattr(world, event.replace(" ", "_"))(*given_)
        finally:
            shutil.rmtree(folder)

    holds()


def test_whatever_happened_a_run_leaves_what_one_on_everything_would():
    """And it goes on from the last run exactly where the rules say so."""
    check("local", 12, longest=12)


def test_it_is_so_on_spark(spark):
    """The same histories, read and written by Spark."""
    check("spark", 2, longest=5)
