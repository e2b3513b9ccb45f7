"""The testing helpers themselves."""

from __future__ import annotations

import datetime as dt
import gc

import pandas as pd
import polars as pl
import pytest

from transforms import expectations as E
from transforms.api import Check, Input, Output, incremental, transform, transform_polars
from transforms.errors import (
    CheckFailedError,
    ConfigError,
    DataError,
    DeclarationError,
    MissingExtraError,
    NotFoundError,
    TransformsWarning,
    UsageError,
)
from transforms.run.scope import JobScope
from transforms.store.store import Store
from transforms.testing import assert_table_equal, places, run_transform


@transform_polars(Output("/out"), raw=Input("/raw"))
def copy(raw):
    """Copy."""
    return raw


def test_a_run_without_a_store_has_one_of_its_own_that_goes_once_nobody_has_the_result(monkeypatch):
    """Some runs later, as rows may be read lazily; what somebody has stays."""
    monkeypatch.setattr(places, "_KEPT", 1)
    kept = run_transform(copy, {"raw": {"x": [1, 2]}})
    let_go = run_transform(copy, {"raw": {"x": [1]}}).store.root
    gc.collect()
    assert let_go.exists()
    run_transform(copy, {"raw": {"x": [1]}})
    gc.collect()
    assert not let_go.exists()
    assert kept.output.rows() == [{"x": 1}, {"x": 2}]


def test_a_store_is_in_memory_unless_the_environment_says_where(monkeypatch, tmp_path):
    """Where the system has memory to offer as a folder."""
    monkeypatch.setattr(places, "_MEMORY", tmp_path / "memory")
    monkeypatch.setattr(places, "_LEAST_FREE", 1)
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    assert places._in_memory() is None
    (tmp_path / "memory").mkdir()
    assert run_transform(copy, {"raw": {"x": [1]}}).store.root.parent.parent == tmp_path / "memory"
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert places._in_memory() is None
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr(places, "_LEAST_FREE", 1 << 60)
    assert places._in_memory() is None


def test_inputs_may_be_files(tmp_path):
    """CSV, Parquet, NDJSON, and Delta tables; anything else is refused."""
    frame = pl.DataFrame({"x": [1, 2]})
    frame.write_csv(tmp_path / "a.csv")
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_ndjson(tmp_path / "a.ndjson")
    frame.write_delta(str(tmp_path / "delta"))
    for name in ("a.csv", "a.parquet", "a.ndjson", "delta"):
        result = run_transform(copy, {"raw": tmp_path / name})
        assert_table_equal(result.outputs["output"], frame)
    with pytest.raises(DataError, match="no CSV"):
        run_transform(copy, {"raw": tmp_path / "missing.csv"})


def test_a_wrong_output_name_is_answered_with_the_nearest():
    """Also where the test reads what the job left."""
    result = run_transform(copy, {"raw": [{"x": 1}]})
    with pytest.raises(KeyError, match="no output 'outptu'. Did you mean 'output'"):
        _ = result.outputs["outptu"]


def test_what_was_not_given_must_be_in_the_store():
    """An input without data is an error and not an empty table."""
    with pytest.raises(NotFoundError, match="/raw"):
        run_transform(copy)


def test_only_transforms_are_run():
    """A plain function is refused."""
    with pytest.raises(DeclarationError, match="what a decorator made"):
        run_transform(lambda: None)


def test_the_fixtures_share_a_store(run_transform, store):
    """What one run wrote, the next one reads."""

    @transform.using(out=Output("/raw"))
    def first(out):
        out.write_table(pl.DataFrame({"x": [5]}))

    run_transform(first)
    assert run_transform(copy).outputs["output"].pandas()["x"].tolist() == [5]
    assert len(store.newest_entries(9)) == 2


def test_tables_are_compared_whatever_library_they_come_from():
    """Order counts unless told otherwise; a difference is an AssertionError."""
    rows = [{"x": 1}, {"x": 2}]
    assert_table_equal(rows, pd.DataFrame(rows))
    assert_table_equal(pl.DataFrame(rows).to_arrow(), rows[::-1], ignore_order=True)
    with pytest.raises(AssertionError):
        assert_table_equal(rows, rows[::-1])


def test_the_projects_settings_hold_as_in_a_build(tmp_path, monkeypatch):
    """Aliases of inputs, limits of experiments, and settings of Spark are those of the nearest pyproject.toml."""
    (tmp_path / "pyproject.toml").write_text(
        '[tool.transforms]\nfallback_branches = ["develop"]\n[tool.transforms.inputs]\n"raw-alias" = "/real/raw"\n'
        '[tool.transforms.limits]\ntable_rows = 3\n[tool.transforms.spark.conf]\n"spark.of.the.project" = "1"\n'
    )
    (tmp_path / "tests").mkdir()
    monkeypatch.chdir(tmp_path / "tests")
    seen = {}

    @transform.using(raw=Input("raw-alias"), out=Output("/out"))
    def look(raw, out):
        seen["alias"] = raw.alias
        out.write_table(raw.polars())

    configs = []
    close = JobScope.close
    monkeypatch.setattr(JobScope, "close", lambda self: (configs.append(self.config), close(self)))
    store = Store(tmp_path / "store")
    result = run_transform(look, {"raw": {"x": [1]}}, store=store)
    assert result.outputs["out"].rows() == [{"x": 1}]
    assert {write.alias for write in store.writes().values()} == {"/real/raw", "/out"}
    (config,) = configs
    assert dict(config.spark) == {"conf": {"spark.of.the.project": "1"}}
    assert (dict(config.limits), config.fallback_branches) == ({"table_rows": 3}, ("develop",))
    assert config.root == str(store.root)


def test_an_output_may_have_an_alias(tmp_path, monkeypatch):
    """It is written and read back under what the alias stands for."""
    (tmp_path / "pyproject.toml").write_text('[tool.transforms.inputs]\n"out-alias" = "/real/out"\n')
    monkeypatch.chdir(tmp_path)

    @transform_polars(Output("out-alias"))
    def make():
        return pl.DataFrame({"x": [1]})

    assert run_transform(make).outputs["output"].rows() == [{"x": 1}]


def test_a_mistake_in_the_settings_is_told(tmp_path, monkeypatch):
    """As a build would tell it."""
    (tmp_path / "pyproject.toml").write_text("[tool.transforms]\nimputs = {}\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="unknown setting 'imputs'"):
        run_transform(copy, {"raw": {"x": [1]}})


def test_the_engine_can_be_chosen():
    """``local`` rules Spark out, with what to use in its place."""

    @transform(raw=Input("/raw"), out=Output("/out"))
    def ask(raw, out):
        raw.dataframe()

    with pytest.raises(MissingExtraError, match="this job runs on the local engine"):
        run_transform(ask, {"raw": {"x": [1]}}, engine="local")


def test_an_output_of_a_result_that_nobody_kept_can_be_read():
    """What is read from is there as long as somebody can read it."""
    output = run_transform(copy, {"raw": {"x": [1, 2]}}).outputs["output"]
    gc.collect()
    assert output.rows() == [{"x": 1}, {"x": 2}]


@pytest.mark.parametrize("mode", ["current", "added"])
def test_a_read_mode_means_everything_where_nothing_is_incremental(mode):
    """Given by its place, where a plain input takes lazy; it makes no LazyFrame in silence."""
    kinds = []

    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def read(raw, out):
        out.write_table(raw.polars())
        frames = (raw.polars(mode), raw.polars(True), raw.polars(lazy=False))
        kinds.extend(next(k for k in (pl.DataFrame, pl.LazyFrame) if isinstance(frame, k)) for frame in frames)

    run_transform(read, {"raw": {"x": [1]}})
    assert kinds == [pl.DataFrame, pl.LazyFrame, pl.DataFrame]


def test_a_read_mode_that_means_nothing_is_refused():
    """With what to write."""

    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def read(raw, out):
        raw.polars("previous")

    with pytest.raises(UsageError, match=r"polars\('previous'\): a read mode is for incremental runs"):
        run_transform(read, {"raw": {"x": [1]}})


@pytest.mark.parametrize("values", [[1, "a"], [True, 2], [[1], ["a"]], [2**53 + 1, 0.5], [2**70], [{"a": 1}, 2]])
def test_values_of_several_types_are_refused(values):
    """Rather than turned into texts or into other numbers; the message names the column and the values."""
    for data in ([{"x": value} for value in values], {"x": values}):
        with pytest.raises(DataError, match="Column 'x' of the test's data has no one type") as caught:
            run_transform(copy, {"raw": data})
        assert repr(values[0]) in str(caught.value)


def test_values_of_one_type_are_taken_from_rows_and_columns():
    """Whole numbers among floats are floats; a row may lack a column."""
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for data in ({"x": [1, 2.5], "t": [moment, None]}, [{"x": 1, "t": moment}, {"x": 2.5}]):
        assert run_transform(copy, {"raw": data}).outputs["output"].rows() == [
            {"x": 1.0, "t": moment},
            {"x": 2.5, "t": None},
        ]


def test_a_file_is_read_as_put_reads_it(tmp_path):
    """Identifiers keep their zeros, and a file that cannot be read is told with another way to give its rows."""
    (tmp_path / "a.csv").write_text("zip\n01234\n1E5\n")
    (tmp_path / "a.tsv").write_text("zip\tn\n01234\t\n")
    (tmp_path / "bad.csv").write_text("a b\n1\n")

    assert run_transform(copy, {"raw": tmp_path / "a.csv"}).outputs["output"].rows() == [
        {"zip": "01234"},
        {"zip": "1E5"},
    ]
    assert run_transform(copy, {"raw": tmp_path / "a.tsv"}).outputs["output"].rows() == [{"zip": "01234", "n": None}]
    with pytest.raises(DataError, match=r"'a b' \(a space\).*pl.read_csv\("):
        run_transform(copy, {"raw": tmp_path / "bad.csv"})


def test_what_is_shown_of_a_job_says_what_it_is():
    """Its context, its files and what it committed, as the last line of a notebook's cell."""

    @transform.using(out=Output("/o"))
    def make(out, ctx):
        assert repr(ctx) == "<LightweightContext: abort_job, auth_header, duckdb, is_incremental, parameters>"
        assert repr(out.filesystem()) == "<FoundryDataSidecarFileSystem to write: ls(), files(), open()>"
        out.write_table(pl.DataFrame({"x": [1, 2], "y": ["a", "b"]}))

    assert repr(run_transform(make).entry) == "<Entry #1: make wrote dataset:/o on master>"


@incremental(snapshot_inputs=["rates"])
@transform.using(raw=Input("/raw"), rates=Input("/rates"), out=Output("/out"))
def convert(raw, rates, out):
    """Convert what is new at the rate of today."""
    rate = rates.polars()["rate"][0]
    out.write_table(raw.polars().with_columns(pl.col("x") * rate))


def test_a_run_goes_on_from_an_earlier_one():
    """What is given is added to what there was; a snapshot input is replaced."""
    first = run_transform(convert, {"raw": [{"x": 1}], "rates": [{"rate": 10}]})
    second = run_transform(convert, {"raw": [{"x": 2}], "rates": [{"rate": 100}]}, previous=first)
    third = run_transform(convert, previous=second)
    assert [one.is_incremental for one in (first, second, third)] == [False, True, True]
    assert (first.reason, second.reason) == ("it was never built", f"since commit #{first.entry.seq}")
    assert_table_equal(second.output, [{"x": 10}, {"x": 200}], ignore_order=True)
    assert_table_equal(second.output, third.output, ignore_order=True)
    assert first.output.rows() == [{"x": 10}], "a result stays what it was"


def test_a_transform_of_another_kind_goes_on_too(store):
    """It reads what the earlier one wrote, on its branch; its own inputs are replaced."""
    first = run_transform(copy, {"raw": [{"x": 1}]}, store=store, branch="dev")
    again = run_transform(copy, {"raw": [{"x": 2}]}, previous=first)
    assert (again.branch, again.output.rows(), again.is_incremental, again.reason) == ("dev", [{"x": 2}], False, "")
    with pytest.raises(UsageError, match="previous ran in the store"):
        run_transform(copy, previous=first, store=Store(store.root / "other"))


def test_an_output_is_an_input_of_another_run(tmp_path):
    """Of rows and of raw files."""

    @transform.using(raw=Input("/files"), out=Output("/copied"))
    def carry(raw, out):
        for file in raw.filesystem().ls():
            with raw.filesystem().open(file.path, "rb") as source, out.filesystem().open(file.path, "wb") as target:
                target.write(source.read())

    rows = run_transform(copy, {"raw": [{"x": 1}]}).output
    assert run_transform(copy, {"raw": rows}).output.rows() == [{"x": 1}]
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text("a")
    files = run_transform(carry, {"raw": tmp_path}).output
    assert run_transform(carry, {"raw": files}).output.files() == {"sub/a.txt": b"a"}


def test_what_was_never_written_is_told():
    """An output that the job left alone has no rows, one of an aborted job is not there, a column is one of those there are."""

    @transform.using(out=Output("/out"), rest=Output("/rest"))
    def half(out, rest):
        out.write_table(pl.DataFrame({"city": ["Bern"]}))

    with pytest.warns(TransformsWarning, match="returned without writing 'rest'"):
        result = run_transform(half)
    with pytest.raises(DataError, match="half, which made it in commit #1, returned without writing it"):
        result.outputs["rest"].rows()
    assert result.outputs["out"].column("city") == ["Bern"]
    with pytest.raises(KeyError, match="/out has no column 'ctiy'. Did you mean 'city'"):
        result.outputs["out"].column("ctiy")
    with pytest.raises(NotFoundError, match=r"Name the output that is meant, outputs\[...\]: out, rest"):
        _ = result.output

    @transform.using(out=Output("/out"))
    def stop(ctx, out):
        ctx.abort_job()

    aborted = run_transform(stop)
    assert (aborted.status, aborted.entry) == ("aborted", None)
    with pytest.raises(KeyError, match=r"The output 'out' \(/out\) was never written; the job was aborted."):
        _ = aborted.outputs["out"]


def test_what_checks_found_is_there_by_name():
    """One that only warns is among them; one that fails ends the job."""

    def checked(least, on_error):
        @transform.using(
            out=Output(
                "/out", checks=[Check(E.col("x").gt(least), "least", on_error), Check(E.primary_key("x"), "key")]
            )
        )
        def make(out):
            out.write_table(pl.DataFrame({"x": [1, 2]}))

        return make

    with pytest.warns(TransformsWarning, match="check 'least' on /out"):
        found = run_transform(checked(1, "WARN")).checks
    assert {name: (one.passed, one.failing) for name, one in found.items()} == {"least": (False, 1), "key": (True, 0)}
    with pytest.raises(KeyError, match="no check 'lest'. Did you mean 'least'"):
        _ = found["lest"]
    with pytest.raises(CheckFailedError, match="least"):
        run_transform(checked(1, "FAIL"))
