"""Jobs of incremental transforms decide how they run, and the ledger's row says it."""

from __future__ import annotations

import logging
import shutil

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from transforms.api import Input, Output, incremental, transform
from transforms.config import Config
from transforms.errors import IncrementalRequiredError
from transforms.run.increment import JobIncrement
from transforms.run.job import JobOptions, run_job
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store.store import Store

BOTH = {"raw": Input("/raw"), "other": Input("/other")}


class Bench:
    """A store, jobs in it, and programs beside them."""

    def __init__(self, folder):
        self.store = Store(folder)
        self.fallbacks = ()

    def put(self, *values, alias="/raw", branch="master"):
        """Replace a dataset."""
        put_frame(self.store, branch, alias, pl.DataFrame({"x": values}))

    def append(self, *values, alias="/raw", branch="master"):
        """Have a job add rows to a dataset."""

        @transform.using(out=Output(alias))
        def add(out):
            out.set_mode("append")
            out.write_table(pl.DataFrame({"x": list(values)}))

        assert self.run(add, branch).status == "committed"

    def run(self, job, branch="master"):
        """Run a transform; what it raises is raised."""
        config = Config(project=None, root=str(self.store.root), fallback_branches=list(self.fallbacks))
        result = run_job(job, self.store, config, JobOptions(branch))
        if result.error is not None:
            raise result.error
        return result

    def said(self, job, branch="master"):
        """Run a transform, and return how it ran."""
        return str(self.run(job, branch).incremental)

    def table(self, alias, branch="master"):
        """Return the address of a dataset's table, for another program."""
        return str(self.store.root / self.store.table_of(Resource("dataset", alias), branch))


@pytest.fixture
def bench(tmp_path):
    """A store with /raw, which holds one row."""
    made = Bench(tmp_path / "store")
    made.append(1)
    return made


def sum_up(inputs=None, outputs=("/out",), seen=None, write=True, **declared):
    """Return an incremental transform that notes what is new in each of its inputs, and adds a row to its outputs."""
    inputs = {"raw": Input("/raw")} if inputs is None else inputs
    outputs = {f"out{number}": Output(alias) for number, alias in enumerate(outputs)}

    @incremental(**declared)
    @transform.using(**inputs, **outputs)
    def sum_up(ctx, **given):
        for name in outputs if write else ():
            given[name].set_mode("append")
            given[name].write_table(pl.DataFrame({"x": [1]}))

    return sum_up


@pytest.fixture
def windows(monkeypatch):
    """What each run saw of its inputs: the rows of added files, or ``whole``, and the versions of previous and current."""
    seen = []

    def noted(self):
        found = {}
        for name, param in self._scope.transform.inputs.items():
            window = self.window(name, param.resources[0])
            rows = "whole" if window.added is None else sum(file.rows for file in window.added)
            found[name] = (rows, window.previous and window.previous.version, window.current.version)
        seen.append(found)
        return record(self)

    record = JobIncrement.record
    monkeypatch.setattr(JobIncrement, "record", noted)
    return seen


def test_the_second_run_reads_what_was_added_since_the_first(bench, windows):
    """And the third what was added since the second; the row says which rows and versions."""
    job = sum_up()
    assert bench.said(job) == "whole: it was never built"
    bench.append(2, 3)
    bench.append(4)
    assert bench.said(job) == "incremental: since commit #2"
    assert bench.said(job) == "incremental: since commit #5"
    assert windows == [{"raw": ("whole", None, 0)}, {"raw": (3, 0, 2)}, {"raw": (0, 2, 2)}]
    output = bench.store.writes()["master", "dataset:/out"].output["incremental"]
    assert output["inputs"]["raw"].pop("fingerprint")
    assert output == {
        "ran": True,
        "reason": "since commit #5",
        "semantic_version": 1,
        "v2_semantics": False,
        "inputs": {"raw": {"key": "dataset:/raw", "rows": 0, "since": 2, "version": 2}},
    }


def test_a_run_on_everything_logs_why(bench, caplog):
    """As Foundry's does, under the same name."""
    with caplog.at_level(logging.WARNING, "transforms.api._incremental"):
        bench.run(sum_up())
        bench.run(sum_up())
    assert [(r.name, r.getMessage()) for r in caplog.records if "incrementally" in r.getMessage()] == [
        ("transforms.api._incremental", "Not running incrementally: it was never built")
    ]


def test_what_ran_before_without_incremental_counts(bench):
    """A transform that becomes incremental goes on at once."""
    job = sum_up()
    declared, job.incremental = job.incremental, None
    assert bench.run(job).incremental is None
    job.incremental = declared
    assert bench.said(job) == "incremental: since commit #2"


def test_an_input_that_is_replaced_has_everything_read(bench, windows):
    """Once; afterwards it only grew since."""
    job = sum_up()
    bench.run(job)
    bench.put(7)
    assert bench.said(job) == "whole: /raw: commit #3 of put replaced what was there (version 1)"
    bench.append(8)
    assert bench.said(job) == "incremental: since commit #4"
    assert windows[-1] == {"raw": (1, 1, 2)}


def test_a_snapshot_input_may_be_replaced(bench, windows):
    """It is read whole, whatever became of it."""
    bench.put(1, alias="/other")
    job = sum_up(BOTH, snapshot_inputs=["other"])
    bench.run(job)
    bench.put(2, alias="/other")
    bench.append(3)
    assert bench.said(job).startswith("incremental: ")
    assert windows[-1] == {"raw": (1, 0, 1), "other": ("whole", None, 1)}


def test_one_dataset_may_be_read_as_a_snapshot_beside(bench, windows):
    """Two parameters, two ways to read it."""
    job = sum_up({"raw": Input("/raw"), "all": Input("/raw")}, snapshot_inputs=["all"])
    bench.run(job)
    bench.append(3)
    assert bench.said(job).startswith("incremental: ")
    assert windows[-1] == {"raw": (1, 0, 1), "all": ("whole", None, 1)}


def test_inputs_may_be_added_and_removed(bench, windows):
    """Of a new one everything is new."""
    bench.put(1, alias="/other")
    bench.run(sum_up())
    bench.append(2)
    assert bench.said(sum_up(BOTH)).startswith("incremental: ")
    assert windows[-1] == {"raw": (1, 0, 1), "other": ("whole", None, 0)}
    assert bench.said(sum_up({"other": Input("/other")})).startswith("incremental: ")
    assert windows[-1] == {"other": (0, 0, 0)}


def test_a_transform_without_inputs_goes_on(bench):
    """There is nothing that could have been replaced."""
    job = sum_up({})
    assert bench.said(job) == "whole: it was never built"
    assert bench.said(job) == "incremental: since commit #2"


def test_a_run_that_writes_nothing_moves_on_all_the_same(bench, windows):
    """What it read is not read again."""
    bench.run(sum_up())
    bench.append(2)
    assert bench.said(sum_up(write=False)).startswith("incremental: ")
    assert bench.said(sum_up()).startswith("incremental: since commit #4")
    assert [window["raw"][0] for window in windows] == ["whole", 1, 0]


def test_an_aborted_job_did_not_read(bench, windows):
    """The next run reads the same again."""
    job = sum_up()
    bench.run(job)
    bench.append(2)

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def sum_up_(ctx, raw, out):
        ctx.abort_job()

    sum_up_.__name__ = "sum_up"
    assert bench.run(sum_up_).status == "aborted"
    assert bench.said(job) == "incremental: since commit #2"
    assert windows[-1] == {"raw": (1, 0, 1)}


def test_an_output_aborted_alone_has_everything_built(bench):
    """What it lacks cannot be added."""
    job = sum_up(outputs=("/a", "/b"))
    bench.run(job)

    @incremental()
    @transform(raw=Input("/raw"), out0=Output("/a"), out1=Output("/b"))
    def sum_up_(raw, out0, out1):
        out0.abort()

    sum_up_.__name__ = "sum_up"
    assert bench.said(sum_up_) == "incremental: since commit #2"
    assert bench.said(job) == ("whole: /a was last written by commit #2, and #3 wrote /b without it")
    assert bench.said(job) == "incremental: since commit #4"


def test_an_output_that_no_run_has_written_is_new_only_where_none_was_to(bench):
    """One that the first run aborted alone, or whose table somebody deleted, lacks what was read before."""
    aborts = [True]

    @incremental()
    @transform(raw=Input("/raw"), a=Output("/a"), b=Output("/b"))
    def two(raw, a, b):
        a.write_pandas(raw.pandas())
        b.write_pandas(raw.pandas())
        if aborts.pop():
            a.abort()

    bench.run(two)
    aborts.append(False)
    bench.append(2)
    assert bench.said(two) == "whole: /a was never written, as commit #2 left it out"
    shutil.rmtree(bench.table("/a"))
    aborts.append(False)
    assert bench.said(two) == "whole: /a: its table is gone"
    aborts.append(False)
    assert bench.said(two) == "incremental: since commit #5"
    assert len(pl.read_delta(bench.table("/a"))) == len(pl.read_delta(bench.table("/b"))) == 2


def test_a_put_over_an_output_has_everything_built(bench):
    """It is no longer what the transform made."""
    bench.run(sum_up())
    bench.put(9, alias="/out")
    assert bench.said(sum_up()) == "whole: /out was last written by put (commit #3)"


def test_an_output_that_another_program_changed_has_everything_built(bench):
    """Its housekeeping is no change."""
    job = sum_up()
    bench.run(job)
    bench.run(job)
    DeltaTable(bench.table("/out")).optimize.compact()
    assert bench.said(job) == "incremental: since commit #3"
    DeltaTable(bench.table("/out")).delete("x > 5")
    write_deltalake(bench.table("/out"), pl.DataFrame({"x": [5]}).to_arrow(), mode="append")
    assert bench.said(job).startswith("whole: /out: WRITE by another program")
    assert bench.said(job).startswith("incremental: ")


def test_rows_that_another_program_adds_to_an_input_are_new(bench, windows):
    """Its log tells of them as of any others."""
    bench.run(sum_up())
    write_deltalake(bench.table("/raw"), pl.DataFrame({"x": [5, 6]}).to_arrow(), mode="append")
    assert bench.said(sum_up()).startswith("incremental: ")
    assert windows[-1] == {"raw": (2, 0, 1)}
    DeltaTable(bench.table("/raw")).delete("x = 5")
    assert "DELETE by another program" in bench.said(sum_up())


def test_an_input_that_was_made_anew_is_no_addition(bench):
    """Though the new table has as many versions, and more."""
    bench.run(sum_up())
    shutil.rmtree(bench.table("/raw"))
    bench.append(1)
    bench.append(2)
    bench.append(3)
    assert "made anew" in bench.said(sum_up())


def test_what_was_read_stands_in_the_row_once(bench):
    """With the first output, however many there are; and it counts for all."""
    job = sum_up(outputs=("/a", "/b"))
    first = bench.run(job).entry.outputs
    assert [sorted(output["incremental"]) for output in first.values()] == [
        ["inputs", "ran", "reason", "semantic_version", "v2_semantics"],
        ["ran", "reason", "semantic_version", "v2_semantics"],
    ]
    shutil.rmtree(bench.table("/raw"))
    bench.append(1)
    bench.append(2)
    assert "made anew" in bench.said(job)


@pytest.mark.parametrize("declared", [{"semantic_version": 2}, {"v2_semantics": True}])
def test_what_is_declared_anew_has_everything_built_once(bench, declared):
    """Then it goes on; ``require_incremental`` lets it pass."""
    bench.run(sum_up())
    assert bench.said(sum_up(**declared, require_incremental=True)).startswith(f"whole: {next(iter(declared))}")
    assert bench.said(sum_up(**declared, require_incremental=True)).startswith("incremental: ")


def test_what_requires_an_incremental_run_fails_without(bench):
    """The error names the transform, its line, the reason and what to type; nothing is committed."""
    job = sum_up(require_incremental=True)
    assert bench.said(job) == "whole: it was never built"
    bench.put(7)
    before = bench.store.ledger.head()
    with pytest.raises(IncrementalRequiredError, match="commit #3 of put replaced what was there") as caught:
        bench.run(job)
    assert "sum_up (" in str(caught.value)
    assert "test_increment.py:" in str(caught.value)
    assert "leave out require_incremental=True" in str(caught.value)
    assert bench.store.ledger.head() == before


def test_a_branch_goes_on_from_the_one_it_falls_back_to(bench, windows):
    """The output's last run there counts, and then its own."""
    job = sum_up()
    bench.run(job)
    bench.append(2)
    bench.fallbacks = ("master",)
    assert bench.said(job, "dev") == "incremental: since commit #2"
    assert windows[-1] == {"raw": (1, 0, 1)}
    assert bench.said(job, "dev") == "incremental: since commit #4"
    assert bench.said(job) == "incremental: since commit #2"
    bench.put(9, branch="dev")
    assert bench.said(job, "dev") == "whole: /raw is read on branch dev, and was on master"


def test_a_limit_of_transactions_is_read_in_steps(bench, windows):
    """The first run begins at the beginning of what is there, and the job stays to be done until it has seen all."""
    for value in (2, 3, 4, 5):
        bench.append(value)
    job = sum_up({"raw": Input("/raw", transaction_limit=2)}, v2_semantics=True)
    newest = bench.store.writes()["master", "dataset:/raw"].seq
    seen = []
    for _ in range(4):
        bench.run(job)
        seen.append(bench.store.writes()["master", "dataset:/out"].inputs["dataset:/raw"] == newest)
    assert [window["raw"] for window in windows] == [("whole", None, 1), (2, 1, 3), (1, 3, 4), (0, 4, 4)]
    assert seen == [False, False, True, True]


def test_a_limit_stops_no_run_where_steps_can_no_longer_be_read(bench, windows):
    """As small files were merged and the old ones deleted: all that were merged are one step."""
    for value in (2, 3):
        bench.append(value)
    DeltaTable(bench.table("/raw")).optimize.compact()
    DeltaTable(bench.table("/raw")).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    for value in (4, 5):
        bench.append(value)
    job = sum_up({"raw": Input("/raw", transaction_limit=1)}, v2_semantics=True)
    for _ in range(3):
        bench.run(job)
    rows = [window["raw"][0] for window in windows]
    assert rows == ["whole", 1, 1]


def test_retention_may_be_allowed(bench, windows):
    """Whole files that went are no reason to build everything; the rest is new or known."""
    job = sum_up(allow_retention=True)
    bench.append(2)
    bench.run(job)
    bench.append(3)
    DeltaTable(bench.table("/raw")).delete("x = 1")
    assert bench.said(job).startswith("incremental: ")
    assert windows[-1]["raw"][0] == 1
    assert bench.said(sum_up()).startswith("incremental: ")
