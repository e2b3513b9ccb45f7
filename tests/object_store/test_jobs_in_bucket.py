"""Jobs on a store in a bucket: what they read, write, train and leave behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from deltalake import DeltaTable

import palantir_models
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.transforms import ModelInput, ModelOutput
from tests.crash.jobs import Generation
from transforms.api import Input, Output, incremental, transform, transform_pandas
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store.storage.errors import ObjectStoreError
from transforms.store.storage.objects import ObjectStorage

ROWS = pl.DataFrame({"x": [1, 2, 3], "text": ["a", None, "ä"]})


@transform.using(raw=Input("/raw"), out=Output("/out"))
def copied(raw, out):
    """Copy, in another form each time it is read."""
    assert raw.pandas().shape == raw.polars().shape == (raw.arrow().num_rows, 2)
    assert raw.polars(lazy=True).filter(pl.col("x") > 1).collect().height == 2
    out.write_table(raw.polars())


@transform_pandas(Output("/doubled"), frame=Input("/raw"))
def doubled(frame):
    """Double a column."""
    return frame.assign(x=frame["x"] * 2)


@transform.using(out=Output("/files"))
def writes_files(out):
    """Write text and bytes, one of them left open."""
    with out.filesystem().open("deep/hello.txt", "w") as file:
        file.write("hellö")
    out.filesystem().open("open.bin", "wb").write(b"\0\1")


@transform.using(files=Input("/files"), out=Output("/read"))
def reads_files(files, out):
    """Read them back by name and by path."""
    statuses = list(files.filesystem().ls())
    with files.filesystem().open("deep/hello.txt") as file:
        text = file.read()
    binary = (Path(files.path()) / "open.bin").read_bytes()
    out.write_table(pl.DataFrame({"name": [s.path for s in statuses], "text": [text, binary.hex()]}))


def test_rows_go_in_and_out_in_every_form(run_transform, store):
    """And readers that know nothing of the store find them by their address."""
    result = run_transform(copied, {"raw": ROWS})
    assert result.outputs["out"].polars().equals(ROWS)
    assert run_transform(doubled).outputs["output"].pandas()["x"].tolist() == [2, 4, 6]

    address, options = store.storage.uri("master/datasets/out"), dict(store.storage.options)
    assert pl.read_delta(address, storage_options=options).equals(ROWS)
    dataset = DeltaTable(address, storage_options=options).to_pyarrow_dataset(
        filesystem=store.storage.filesystem("master/datasets/out")
    )
    assert duckdb.sql("select sum(x) from dataset").fetchall() == [(6,)]
    assert dataset.count_rows() == 3


def test_raw_files_go_in_and_out(run_transform):
    """Written to real local files, read from them, with the bytes in the bucket between."""
    assert run_transform(writes_files).outputs["out"].files() == {
        "deep/hello.txt": "hellö".encode(),
        "open.bin": b"\0\1",
    }
    assert run_transform(reads_files).outputs["out"].rows() == [
        {"name": "deep/hello.txt", "text": "hellö"},
        {"name": "open.bin", "text": "0001"},
    ]


def test_files_of_the_users_own_making_become_rows(run_transform):
    """A folder to write Parquet into is a local one; what was there before is added to."""

    @transform.using(out=Output("/own"))
    def own(out):
        out.set_mode("append")
        ROWS.write_parquet(Path(out.path_for_write_table) / "mine.parquet")
        out.write_table(out.path_for_write_table)

    run_transform(own)
    assert run_transform(own).outputs["out"].polars().height == 6


def test_files_are_replaced_one_by_one(run_transform, store):
    """The others stay, without being sent again."""
    put_frame(store, "master", "/files", {"a": b"1", "b": b"2"})

    @transform.using(out=Output("/files"))
    def changes(out):
        out.set_mode("modify")
        with out.filesystem().open("a", "wb") as file:
            file.write(b"new")

    assert run_transform(changes).outputs["out"].files() == {"a": b"new", "b": b"2"}


@pytest.mark.parametrize("kind", ["rows", "files"])
def test_a_new_branch_goes_on_from_the_one_it_falls_back_to(run_transform, store, kind):
    """The bucket copies by itself; the first branch stays as it was."""
    put_frame(store, "master", "/grown", ROWS if kind == "rows" else {"a": b"1"})

    @transform.using(out=Output("/grown"))
    def grows(out):
        out.set_mode("append")
        if kind == "rows":
            out.write_table(ROWS)
        else:
            with out.filesystem().open("b", "wb") as file:
                file.write(b"2")

    result = run_transform(grows, branch="feature").outputs["out"]
    assert result.polars().height == 6 if kind == "rows" else result.files() == {"a": b"1", "b": b"2"}
    before = store.view(Resource("dataset", "/grown"), "master")
    assert before is not None
    assert before[0].row_count() == (3 if kind == "rows" else 1)


def test_a_model_is_trained_published_used_and_read(run_transform, bucket):
    """Version, experiment and dataset in one commit; another process loads it from the bucket."""

    @transform.using(raw=Input("/raw"), model=ModelOutput("/model"), out=Output("/trained"))
    def train(raw, model, out):
        experiment = model.create_experiment("run")
        experiment.log_param("depth", 3)
        experiment.log_metrics({"loss": 0.5, "accuracy": 0.9})
        experiment.log_table("rows", raw.pandas())
        out.write_table(raw.polars())
        model.publish(Generation(7), experiment=experiment)

    @transform.using(model=ModelInput("/model"), out=Output("/used"))
    def use(model, out):
        out.write_table(pd.DataFrame({"generation": [model.predict(0)]}))

    result = run_transform(train, {"raw": ROWS})
    assert result.models["model"].load().predict(0) == 7
    assert run_transform(use).outputs["out"].rows() == [{"generation": 7}]

    opened = palantir_models.open_model("/model", root=bucket)
    assert [version.version for version in opened.versions] == ["1.0.0"]
    experiment = opened.experiment("1.0.0")
    assert experiment.params == {"depth": 3}
    assert experiment.metrics("loss").polars()["value"].to_list() == [0.5]
    assert experiment.tables["rows"].polars().equals(ROWS)
    code = f"""
import palantir_models
print(palantir_models.open_model("/model", root={bucket!r}).load().generation)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("7\n", 0), done.stderr


def test_a_job_that_fails_leaves_nothing_but_its_experiment(run_transform, store):
    """No table, no staged object; the experiment is kept apart with its error."""

    @transform.using(model=ModelOutput("/model"), out=Output("/out"), files=Output("/files"))
    def fails(model, out, files):
        experiment = model.create_experiment("run")
        experiment.log_metric("loss", 1.0)
        out.write_table(ROWS)
        with files.filesystem().open("a", "w") as file:
            file.write("a")
        raise ValueError("the user's own")

    with pytest.raises(ValueError, match="the user's own"):
        run_transform(fails)
    assert store.storage.files("master") == {}
    (kept,) = journals_of(store.storage).unpublished()
    row = kept.row
    assert (row["status"], row["error"], row["value_count"]) == ("FAILED", "ValueError: the user's own", 1)
    assert kept.part("metrics").collect()["value"].to_list() == [1.0]


def test_an_upload_that_fails_commits_nothing(run_transform, store, monkeypatch):
    """The error says why; what was uploaded already is deleted again."""
    upload = ObjectStorage._upload

    def fail_at_second(storage: ObjectStorage, name: str) -> None:
        if "/b/" in name:
            raise ObjectStoreError(f"{name}: the object store refused: out of space")
        upload(storage, name)

    monkeypatch.setattr(ObjectStorage, "_upload", fail_at_second)

    @transform.using(a=Output("/a"), b=Output("/b"))
    def two(a, b):
        a.write_table(ROWS)
        b.write_table(ROWS)

    with pytest.raises(ObjectStoreError, match="out of space"):
        run_transform(two)
    assert store.storage.files("master") == {}
    assert store.newest_entries(1) == []
    monkeypatch.undo()


ONE_AFTER_ANOTHER = """
import json
import sys

from transforms.cli.app import app

for words in json.loads(sys.argv[1]):
    try:
        app(words)
    except SystemExit as ended:
        if ended.code:
            raise
    print("NEXT")
"""


def test_the_sample_pipelines_build_from_the_command_line(bucket, tmp_path, monkeypatch):
    """And every command that looks at the store understands the address; no file stays on this machine."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def run(*words: str) -> str:
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=Path(__file__).parents[2])
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "OK=4" in run("-m", "transforms", "--root", bucket, "build", "+wine_train_linear", "digits_raw")
    said = {
        "build wine_raw": "FRESH=1",
        "models": "1.0.0",
        "experiments": "linear",
        "show /examples/wine/raw": "178",
        "doctor": f"{bucket} answers",
        "recover": "Nothing had to be recovered",
        "build --force wine_raw": "OK=1",
        "gc --older-than 0": "1 file that nothing needs",
    }
    commands = [["--root", bucket, *words.split()] for words in said]
    *printed, _ = run("-c", ONE_AFTER_ANOTHER, json.dumps(commands)).split("NEXT\n")
    for text, expected in zip(printed, said.values(), strict=True):
        assert expected in text
    assert list((tmp_path / "transforms-on-delta" / "scratch").iterdir()) == []


def test_statistics_and_sums_are_those_of_a_folder(run_transform, store, tmp_path):
    """The same job writes the same rows into the log, wherever the store is."""
    from transforms.store.store import Store

    def adds(store: Any) -> Any:
        view = store.view(Resource("dataset", "/raw"), "master")[0]
        actions = pl.DataFrame(view.table.get_add_actions(flatten=True))
        return actions.drop("path", "modification_time", "size_bytes").to_dicts()

    folder = Store(tmp_path / "store")
    for one in (store, folder):
        put_frame(one, "master", "/raw", ROWS)
    assert adds(store) == adds(folder)


@incremental()
@transform.using(raw=Input("/raw"), files=Input("/files"), out=Output("/out"), copy=Output("/copy"))
def adds(ctx, raw, files, out, copy):
    """Add what is new, and note what is read of it before and after, in other forms each time."""
    schema = {"x": pl.Int64}
    before = [out.polars("previous", schema).height, out.arrow("previous", schema).num_rows]
    out.write_table(raw.polars())
    assert out.arrow().schema == out.arrow("previous", schema).schema
    after = [len(out.pandas("current")), out.arrow("added").num_rows, out.polars(lazy=True).collect().height]
    for status in files.filesystem().ls():
        with copy.filesystem().open(status.path, "w") as file:
            file.write(files.filesystem().open(status.path).read())
    listed = [
        sorted(path.name for path in Path(copy.path(mode)).iterdir()) for mode in ("previous", "current", "added")
    ]
    parquet = [len(list(Path(out.path(mode)).rglob("*.parquet"))) for mode in ("previous", "current", "added")]
    noted.append((before, after, listed, parquet))


noted: list[Any] = []


def test_an_incremental_job_reads_what_was_added_and_what_it_has_written(run_transform):
    """Before it is uploaded, beside what lies in the bucket."""
    noted.clear()
    run_transform(adds, {"raw": {"x": [1, 2]}, "files": {"a": "1"}})
    result = run_transform(adds, {"raw": {"x": [3]}, "files": {"b": "2"}}, append=True)
    assert noted == [
        ([0, 0], [2, 2, 2], [[], ["a"], ["a"]], [0, 1, 1]),
        ([2, 2], [3, 1, 3], [["a"], ["a", "b"], ["b"]], [1, 2, 1]),
    ]
    assert sorted(result.outputs["out"].polars()["x"]) == [1, 2, 3]
    assert result.outputs["copy"].files() == {"a": b"1", "b": b"2"}
