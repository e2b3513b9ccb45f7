"""Jobs whose functions start processes: forked or spawned, each works or is told in words what to do; none hangs."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from palantir_models.experiment.errors import ExperimentClosedError
from palantir_models.reading.model import Model
from palantir_models.transforms import ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.api import Input, Output, transform
from transforms.errors import ForkedProcessError, TransformsError
from transforms.run.put_frame import put_frame
from transforms.store.store import Store

pytestmark = pytest.mark.slow

SECONDS = 60
NAMES = [f"{number}.txt" for number in range(4)]


@pytest.fixture(params=["folder", "bucket"])
def root(request: pytest.FixtureRequest):
    """A store of each kind, with files and rows in it."""
    store = Store(
        request.getfixturevalue("tmp_path") / "root" if request.param == "folder" else request.getfixturevalue("bucket")
    )
    put_frame(store, "master", "/files", {name: name for name in NAMES})
    put_frame(store, "master", "/rows", pl.DataFrame({"x": [1, 2]}))
    return store


def in_workers(method, act, arguments):
    """Call a function for each argument in a pool of workers, as a DataLoader does, and return what each gave or raised."""
    with multiprocessing.get_context(method).Pool(2) as pool:
        return pool.map_async(Caught(act), arguments).get(timeout=SECONDS)


class Caught:
    """A function that returns what it raises."""

    def __init__(self, act):
        self.act = act

    def __call__(self, argument):
        try:
            return self.act(argument)
        except TransformsError as error:
            return error


class Held:
    """Things that a forked worker finds in its parent's memory."""

    data = None


def open_held(name):
    return Held.data.filesystem().open(name).read()


def call_held(call):
    found = getattr(Held.data, call)()
    return sorted(os.listdir(found)) if call == "path" else len(found)


class Opens:
    """Opens files of a file system that was sent along."""

    def __init__(self, fs):
        self.fs = fs

    def __call__(self, name):
        return self.fs.open(name).read()


class Calls:
    """Calls something of an input that was sent along."""

    def __init__(self, data):
        self.data = data

    def __call__(self, call):
        found = getattr(self.data, call)()
        return sorted(os.listdir(found)) if call == "path" else len(found)


def run(run_transform, store, act, alias="/files", plain=False):
    """Run a function on an input and an output, and return what it returns."""
    found = []
    declare = transform if plain else transform.using

    @declare(data=Input(alias), out=Output("/out"))
    def compute(data, out):
        found.append(act(data, out))

    run_transform.func(compute, store=store)
    return found[0]


@pytest.mark.parametrize("plain", [False, True])
def test_forked_workers_read_files(run_transform, root, plain):
    """Those of a local store; those of a bucket need threads that a fork does not copy."""

    def act(data, out):
        Held.data = data
        return in_workers("fork", open_held, NAMES)

    read = run(run_transform, root, act, plain=plain)
    if root.storage.is_local:
        assert read == NAMES
    else:
        assert [type(error) for error in read] == [ForkedProcessError] * 4
        assert "get_context('spawn')" in str(read[0])


@pytest.mark.parametrize("plain", [False, True])
def test_spawned_workers_read_files(run_transform, root, plain):
    """Wherever they lie."""
    read = run(run_transform, root, lambda data, out: in_workers("spawn", Opens(data.filesystem()), NAMES), plain=plain)
    assert read == NAMES


@pytest.mark.parametrize("alias", ["/rows", "/files"])
def test_forked_workers_are_told_how_to_read_rows(run_transform, root, alias):
    """The files of a local dataset can be shown as a folder; frames need threads."""
    calls = ["polars", "pandas", "arrow", "dataframe"] if alias == "/rows" else ["path"]

    def act(data, out):
        Held.data = data
        return in_workers("fork", call_held, calls)

    found = run(run_transform, root, act, alias)
    if alias == "/files" and root.storage.is_local:
        assert found == [NAMES]
    else:
        assert [type(one) for one in found] == [ForkedProcessError] * len(calls)
        assert all("DataLoader(multiprocessing_context='spawn')" in str(one) for one in found)


def test_forked_workers_do_not_speak_to_spark(run_transform, store, spark):
    """They have their parent's connection, on which one would read the answer of another."""

    @transform(data=Input("/rows"), out=Output("/out"))
    def work(data, out):
        Held.data = data
        frame = data.dataframe()
        found.extend(in_workers("fork", call_held, ["dataframe"] * 4))
        out.write_dataframe(frame)

    found = []
    run_transform(work, {"data": [{"x": 1}]})
    assert [type(one) for one in found] == [ForkedProcessError] * 4


def test_spawned_workers_read_rows_of_the_pinned_version(run_transform, root):
    """An input can be sent along; what is committed meanwhile is not what the job reads."""

    def act(data, out):
        put_frame(root, "master", "/rows", pl.DataFrame({"x": [1, 2, 3]}))
        return in_workers("spawn", Calls(data), ["polars", "pandas", "arrow"])

    assert run(run_transform, root, act, "/rows") == [2, 2, 2]
    assert run(run_transform, root, lambda data, out: in_workers("spawn", Calls(data), ["path"]), "/files") == [NAMES]


def of_lazy(way):
    """What is done with a lazy frame that stands in the parent's memory, or was sent along."""
    if isinstance(way, pl.LazyFrame):
        return way.collect().height
    frame, folder = Held.data
    do = {
        "collect": frame.collect,
        "further": lambda: frame.filter(pl.col("x") > 0).collect(),
        "sink": lambda: frame.sink_parquet(folder / "x.parquet"),
        "all": lambda: pl.collect_all([frame]),
        "joined": lambda: pl.LazyFrame({"x": [1]}).join(frame, on="x").collect(),
    }
    return do[way]()


def test_forked_workers_are_told_that_lazy_frames_need_threads(run_transform, root, tmp_path):
    """Polars itself would wait for ever. What is made of such a frame is refused, too, and so is one that is sent."""

    def act(data, out):
        lazy = data.polars(lazy=True)
        made = lazy.with_columns(y=pl.col("x") + 1).sort("x")
        assert made.collect().height == lazy.collect().height == 2
        Held.data = (made, tmp_path)
        return in_workers("fork", of_lazy, ["collect", "further", "sink", "all", "joined", lazy])

    told = run(run_transform, root, act, "/rows")
    assert [type(one) for one in told] == [ForkedProcessError] * 6
    assert all("Using a lazy Polars frame" in str(one) and "get_context('spawn')" in str(one) for one in told)


def test_spawned_workers_collect_a_lazy_frame_that_is_sent(run_transform, root):
    """It is of the pinned version, whatever was committed since."""

    def act(data, out):
        lazy = data.polars(lazy=True)
        put_frame(root, "master", "/rows", pl.DataFrame({"x": [1, 2, 3]}))
        return in_workers("spawn", of_lazy, [lazy])

    assert run(run_transform, root, act, "/rows") == [2]


def write_held(name):
    with Held.data.open(name, "w") as file:
        file.write(name)


class Writes:
    """Writes files into a file system that was sent along."""

    def __init__(self, fs):
        self.fs = fs

    def __call__(self, name):
        with self.fs.open(name, "w") as file:
            file.write(name)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_write_files_of_an_output(run_transform, root, method):
    """They are part of the job's commit."""

    def act(data, out):
        Held.data = out.filesystem()
        if method == "fork" or root.storage.is_local:
            done = in_workers(method, write_held if method == "fork" else Writes(Held.data), NAMES)
            return done
        return in_workers(method, Writes(Held.data), NAMES)

    assert run(run_transform, root, act) == [None] * 4
    assert (
        run(run_transform, root, lambda data, out: [data.filesystem().open(n).read() for n in NAMES], "/out") == NAMES
    )


def lose_held(call):
    {
        "write_table": lambda: Held.data.write_table(pl.DataFrame({"x": [1]})),
        "set_mode": lambda: Held.data.set_mode("append"),
        "filesystem": lambda: Held.data.filesystem(),
    }[call]()


def test_what_would_be_lost_in_a_worker_is_refused(run_transform, root):
    """A frame written there, or a mode, would stay in its memory."""

    def act(data, out):
        Held.data = out
        found = in_workers("fork", lose_held, ["write_table", "set_mode", "filesystem"])
        with pytest.raises(ForkedProcessError, match="cannot be sent to another process"):
            pickle.dumps(out)
        out.write_table(pl.DataFrame({"x": [1]}))
        return found

    found = run(run_transform, root, act)
    assert [type(one) for one in found] == [ForkedProcessError] * 3
    assert all("process that runs the job" in str(one) for one in found)


def commit_in(root):
    put_frame(Store(root), "master", "/other", pl.DataFrame({"x": [1]}))


def read_model(root):
    return Model("/model", "master", Store(root)).load() is not None


def publish_held(_):
    model, experiment, adapter = Held.data
    found = []
    for act in (lambda: experiment.log_metric("loss", 1.0), lambda: model.publish(adapter)):
        try:
            act()
        except TransformsError as error:
            found.append(type(error))
    return found


def test_workers_commit_and_load_models_where_they_were_spawned(run_transform, root):
    """A forked one is told; neither hangs, and what the job itself logs and publishes is whole."""
    found = {}

    @transform.using(model=ModelOutput("/model"))
    def train(model):
        experiment = model.create_experiment("run")
        experiment.log_metric("loss", 0.5)
        Held.data = (model, experiment, Doubler(2))
        found["model"] = in_workers("fork", publish_held, [0])
        found["fork"] = in_workers("fork", commit_in, [root.storage.root])
        found["spawn"] = in_workers("spawn", commit_in, [root.storage.root])
        model.publish(Doubler(2), experiment=experiment)

    run_transform.func(train, store=root)
    assert found["model"] == [[ExperimentClosedError, ForkedProcessError]]
    assert [type(one) for one in found["fork"]] == [ForkedProcessError]
    assert found["spawn"] == [None]
    (error,) = in_workers("fork", read_model, [root.storage.root])
    assert isinstance(error, ForkedProcessError)
    assert in_workers("spawn", read_model, [root.storage.root]) == [True]
    assert Model("/model", "master", root).experiment("run").value_count == 1


def test_a_folder_of_a_worker_goes_with_it(run_transform, tmp_path, monkeypatch):
    """Forked or spawned: nothing is left in the folder for temporary files."""
    store = Store(tmp_path / "root")
    put_frame(store, "master", "/files", {name: name for name in NAMES})
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))

    def act(data, out):
        Held.data = data
        with multiprocessing.get_context("fork").Pool(1) as pool:
            assert pool.map_async(Caught(call_held), ["path"]).get(timeout=SECONDS) == [NAMES]
            pool.close()
            pool.join()
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            assert pool.map_async(Caught(Calls(data)), ["path"]).get(timeout=SECONDS) == [NAMES]
            pool.close()
            pool.join()
        return [place.name for place in temporary.iterdir() if place.name.startswith("transforms-")]

    assert run(run_transform, store, act) == []


def every_error(kind=TransformsError):
    """Yield all errors that are raised on purpose."""
    yield kind
    for more in kind.__subclasses__():
        yield from every_error(more)


@pytest.mark.parametrize("error", sorted(set(every_error()), key=lambda kind: kind.__qualname__))
def test_every_error_comes_back_from_a_worker(error):
    """One that cannot be pickled would leave a pool waiting for ever."""
    made = error("what happened")
    again = pickle.loads(pickle.dumps(made))
    assert (type(again), str(again)) == (error, str(made))


def test_a_process_that_was_forked_before_anything_was_read_can_do_everything(tmp_path):
    """Only threads that were running are missing in a child."""
    code = f"""
import os
from transforms.run.put_frame import put_frame
from transforms.store.store import Store
import polars as pl
child = os.fork()
if child == 0:
    put_frame(Store({str(tmp_path)!r}), "master", "/a", pl.DataFrame({{"x": [1]}}))
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=SECONDS)
    assert (Path(tmp_path) / "master/datasets/a/_delta_log").is_dir()
