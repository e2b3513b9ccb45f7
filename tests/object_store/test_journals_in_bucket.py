"""Experiments that run, die or fail on a store in a bucket, as this machine and another one see them."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import palantir_models
from palantir_models.experiment.journal.bucket import UploadedJournals, _uploads
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.experiment.recording import Recording
from palantir_models.experiments import Experiment
from palantir_models.reading.collecting import collect_journals
from palantir_models.reading.following import Follower
from tests.crash.jobs import Generation
from tests.processes import await_true
from transforms.store.storage import object_lease
from transforms.store.storage.errors import ObjectStoreError
from transforms.store.storage.objects import ObjectStorage
from transforms.store.store import Store

LOGS = """
    import sys
    from palantir_models.experiment.journal.opening import journals_of
    from palantir_models.experiments import Experiment
    from palantir_models.experiment.recording import Recording
    from transforms.store.storage.address import open_storage

    journals = journals_of(open_storage(sys.argv[1]))
    run = Experiment(Recording("run", model="/model", journals=journals, experiment_id="ab12", context={"branch": "master"}))
    run.log_param("depth", 3)
    for step in range(100):
        run.log_metric("loss", float(step))
    print("logged", flush=True)
    for line in sys.stdin:
        run.log_metric("loss", -1.0)
        run._recording.drain()
        print("logged", flush=True)
"""


@pytest.fixture
def logger(bucket: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has an experiment, and whose state is not this machine's."""
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "theirs")}
    command = [sys.executable, "-c", textwrap.dedent(LOGS), bucket]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, text=True, env=environment, **pipes)  # type: ignore[call-overload]
    assert process.stdout.readline() == "logged\n"
    yield process
    process.kill()
    process.wait()


def listed(store: Store) -> dict[str, tuple[str, int]]:
    """Return status and number of values of each experiment that is not published."""
    return {
        row["name"]: (row["status"], row["value_count"])
        for row in (one.row for one in journals_of(store.storage).unpublished())
    }


def seen(store: Store, *expected: object) -> Callable[[], bool]:
    """Tell whether the one experiment is listed so."""
    return lambda: listed(store) == {"run": expected}


def test_others_follow_a_running_experiment(store, logger):
    """A few seconds behind; once its process has ended it is abandoned, with all that it had logged."""
    await_true(seen(store, "RUNNING", 100), "following it", 60)
    logger.stdin.close()
    logger.wait(30)
    assert listed(store) == {"run": ("ABANDONED", 100)}


def test_others_fetch_only_the_pieces_that_are_new_to_them(store, logger, monkeypatch):
    """Also where pieces were put together, of which the part that is known is left out."""
    follower = Follower(store, "master/models/model", "ab12")
    await_true(lambda: follower.follow().value_count == 100, "following it", 60)
    cursor = follower.follow().cursor
    fetched: list[str] = []
    read_many = ObjectStorage.read_many
    monkeypatch.setattr(ObjectStorage, "read_many", lambda self, names: fetched.extend(names) or read_many(self, names))
    logger.stdin.write("more\n")
    logger.stdin.flush()
    await_true(lambda: follower.follow(cursor).value_count == 101, "following it", 60)
    news = follower.follow(cursor)
    assert news.points["loss"].values.tolist() == [-1.0]
    assert set(fetched) == {f"_journal/ab12/journal-{int(cursor):020}"}
    whole, more = (f"journal-{at:020}" for at in (0, int(cursor)))
    together = store.storage.read(f"_journal/ab12/{whole}") + store.storage.read(f"_journal/ab12/{more}")
    store.storage.write(f"_journal/ab12/{whole}", together)
    store.storage.delete_many([f"_journal/ab12/{more}"])
    assert follower.follow(cursor).points["loss"].values.tolist() == [-1.0], "pieces that were put together"
    logger.stdin.close()
    logger.wait(30)
    assert follower.follow(news.cursor).status == "ABANDONED"


def test_what_a_killed_process_uploaded_can_be_recovered_elsewhere(store, logger, monkeypatch, tmp_path):
    """Its journal is put together from its pieces; then both machines see the same, and nothing of it is left over."""
    await_true(seen(store, "RUNNING", 100), "following it", 60)
    with pytest.raises(Exception, match="is running in process"):
        journals_of(store.storage).recover("ab12")
    logger.send_signal(signal.SIGKILL)
    logger.wait()
    row = journals_of(store.storage).recover("ab")
    assert (row["status"], row["value_count"], row["parameter_count"]) == ("ABANDONED", 100, 1)
    (kept,) = journals_of(store.storage).unpublished()
    assert kept.part("metrics").collect()["value"].to_list() == [float(n) for n in range(100)]
    names = set(store.storage.files("_journal/ab12"))
    assert names == {"experiment.json", "metrics.parquet", "hyperparameters.parquet"}

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "theirs"))
    assert listed(store) == {"run": ("ABANDONED", 100)}
    assert not list((tmp_path / "theirs").rglob("journal"))


def test_the_machine_of_a_killed_process_has_all_of_it(store, logger, monkeypatch, tmp_path):
    """What was not uploaded yet is on its disk."""
    logger.stdin.write("more\n")
    logger.stdin.flush()
    assert logger.stdout.readline() == "logged\n"
    logger.send_signal(signal.SIGKILL)
    logger.wait()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "theirs"))
    assert listed(store) == {"run": ("ABANDONED", 101)}
    assert journals_of(store.storage).recover("ab12")["value_count"] == 101
    assert listed(store) == {"run": ("ABANDONED", 101)}
    assert not list((tmp_path / "theirs").rglob("ab12"))


def test_an_experiment_of_another_machine_is_abandoned_when_its_lease_ends(store, logger, monkeypatch):
    """There its process cannot be looked at."""
    await_true(seen(store, "RUNNING", 100), "following it", 60)
    here = dict(object_lease.identity(), machine="another")
    monkeypatch.setattr(object_lease, "identity", lambda: here)
    logger.send_signal(signal.SIGKILL)
    logger.wait()
    assert listed(store) == {"run": ("RUNNING", 100)}
    monkeypatch.setattr(object_lease, "LEASE_SECONDS", 0.0)
    assert listed(store) == {"run": ("ABANDONED", 100)}


def test_a_published_experiment_leaves_no_journal(run_transform, store):
    """Neither in the bucket nor on the disk."""
    from palantir_models.transforms import ModelOutput
    from transforms.api import transform

    @transform.using(model=ModelOutput("/model"))
    def train(model):
        experiment = model.create_experiment("run")
        experiment.log_metric("loss", 1.0)
        experiment._recording.drain()
        _uploads.once()
        assert store.storage.names(f"_journal/{experiment.experiment_id}")
        model.publish(Generation(1), experiment=experiment)

    run_transform(train)
    assert store.storage.files("_journal") == {}
    assert not list(Path(os.environ["XDG_STATE_HOME"]).rglob("header.json"))


def test_the_journal_of_a_published_experiment_whose_process_died_is_collected(store, run_transform, logger):
    """``transforms gc`` deletes it; one that is not published stays."""
    await_true(seen(store, "RUNNING", 100), "following it", 60)
    logger.send_signal(signal.SIGKILL)
    logger.wait()
    assert collect_journals(store) == []

    from palantir_models.transforms import ModelOutput
    from transforms.api import transform

    @transform.using(model=ModelOutput("/model"))
    def train(model):
        experiment = model.create_experiment("run")
        experiment._recording._id = "ab12"
        model.publish(Generation(1), experiment=experiment)

    run_transform(train)
    assert collect_journals(store, dry_run=True) == ["ab12"]
    assert collect_journals(store) == ["ab12"]
    assert store.storage.files("_journal/ab12") == {}


def test_an_object_store_that_is_away_costs_no_value(bucket, store, monkeypatch, caplog):
    """One warning; the disk holds everything, and what is missing in the bucket follows when it is back."""
    journals = journals_of(store.storage)
    assert isinstance(journals, UploadedJournals)
    run = Experiment(Recording("run", model="/model", journals=journals, context={"branch": "master"}))

    def refuse(storage: ObjectStorage, name: str, content: bytes) -> None:
        raise ObjectStoreError("it is away")

    with monkeypatch.context() as away, caplog.at_level(logging.WARNING):
        away.setattr(ObjectStorage, "write", refuse)
        for step in range(10):
            run.log_metric("loss", float(step))
            run._recording.drain()
            _uploads.once()
    assert len([record for record in caplog.records if "it is away" in record.getMessage()]) == 1
    assert (run.value_count, run.dropped_count) == (10, 0)
    _uploads.once()
    (piece,) = [name for name in store.storage.names(f"_journal/{run.experiment_id}") if name.startswith("journal-")]
    assert store.storage.read(f"_journal/{run.experiment_id}/{piece}")
    run._recording.close("SUCCEEDED")
    run._recording.discard_journal()
    assert store.storage.files("_journal") == {}


def test_a_journal_that_cannot_be_deleted_fails_nothing(run_transform, store, monkeypatch, caplog):
    """The job is committed; the journal goes with the next collection."""
    from palantir_models.transforms import ModelOutput
    from transforms.api import transform

    def refuse(storage: ObjectStorage, name: str) -> None:
        raise ObjectStoreError("it is away")

    @transform.using(model=ModelOutput("/model"))
    def train(model):
        experiment = model.create_experiment("run")
        experiment.log_metric("loss", 1.0)
        experiment._recording.drain()
        _uploads.once()
        monkeypatch.setattr(ObjectStorage, "delete_folder", refuse)
        model.publish(Generation(1), experiment=experiment)

    result = run_transform(train)
    monkeypatch.undo()
    (experiment,) = result.experiments
    assert result.status == "committed"
    assert any("stays until 'transforms gc'" in record.getMessage() for record in caplog.records)
    assert collect_journals(store) == [experiment.experiment_id]
    assert store.storage.files("_journal") == {}


def test_pieces_are_put_together(store, monkeypatch):
    """So that an old experiment has few; whoever reads meanwhile finds all of it, also in a listing from before."""
    monkeypatch.setattr("palantir_models.experiment.journal.bucket._PUT_TOGETHER", 4)
    journals = journals_of(store.storage)
    run = Experiment(Recording("run", model="/model", journals=journals, context={"branch": "master"}))
    for step in range(10):
        run.log_metric("loss", float(step))
        run._recording.drain()
        before = journals._listed()
        _uploads.once()
        assert listed(store) == {"run": ("RUNNING", step + 1)}
        with monkeypatch.context() as stale:
            stale.setattr(UploadedJournals, "_listed", lambda self, found=before: found)
            assert listed(store)["run"][1] == step + 1
    pieces = [name for name in store.storage.names(f"_journal/{run.experiment_id}") if name.startswith("journal-")]
    assert len(pieces) == 4  # two of four each, and two that are new
    folder = journals._fetch(run.experiment_id, journals._listed()[run.experiment_id], store.storage.make_folder("x"))
    assert (folder / "journal").read_bytes() == (journals.folder / run.experiment_id / "journal").read_bytes()
    run._recording.close("SUCCEEDED")
    run._recording.discard_journal()


def test_a_piece_that_is_gone_is_told(store, logger):
    """Whoever reads or recovers the experiment gets what stands before it, and hears that more is missing."""
    await_true(seen(store, "RUNNING", 100), "following it", 60)
    logger.stdin.write("more\n")
    logger.stdin.flush()
    await_true(seen(store, "RUNNING", 101), "following it", 60)
    logger.send_signal(signal.SIGKILL)
    logger.wait()
    first, *_, last = sorted(name for name in store.storage.names("_journal/ab12") if name.startswith("journal-"))
    assert first != last
    store.storage.delete_many([f"_journal/ab12/{first}"])
    (experiment,) = journals_of(store.storage).unpublished()
    assert experiment.row["value_count"] == 0
    assert experiment.row["error"].startswith("Its journal is damaged: ")
    assert journals_of(store.storage).recover("ab12")["error"].startswith("Its journal is damaged: ")
    assert "journal.damaged" in store.storage.files("_journal/ab12")


def test_an_experiment_that_ends_while_somebody_looks_is_passed_over(store, logger, monkeypatch):
    """What was listed may be gone when it is read."""
    await_true(seen(store, "RUNNING", 100), "following it", 60)
    listing = journals_of(store.storage)._listed()
    logger.kill()
    logger.wait()
    store.storage.delete_folder("_journal/ab12")
    monkeypatch.setattr(UploadedJournals, "_listed", lambda self: listing)
    assert listed(store) == {}


def test_a_running_experiment_that_was_taken_for_dead_goes_on(store, run_transform, monkeypatch):
    """Somebody recovered it while its process stood still: its own journal stays, and once published it is that alone."""
    from palantir_models.transforms import ModelOutput
    from transforms.api import transform

    @transform.using(model=ModelOutput("/model"))
    def train(model):
        experiment = model.create_experiment("run")
        experiment.log_metric("loss", 1.0)
        experiment._recording.drain()
        name = f"_journal/{experiment.experiment_id}"
        row = {"experiment_id": experiment.experiment_id, "name": "run", "model": "/model", "branch": "master"}
        store.storage.write(f"{name}/experiment.json", json.dumps({**row, "status": "ABANDONED"}).encode())
        assert listed(store)["run"][0] == "RUNNING"
        experiment.log_metric("loss", 2.0)
        model.publish(Generation(1), experiment=experiment)

    run_transform(train)
    assert listed(store) == {}
    assert palantir_models.open_model("/model", root=store.root).experiments[0].value_count == 2


def test_a_forked_child_lets_its_parents_journal_be(store):
    """It neither uploads it nor gives its lease back."""
    run = Experiment(
        Recording("run", model="/model", journals=journals_of(store.storage), context={"branch": "master"})
    )
    run.log_metric("loss", 1.0)
    run._recording.drain()
    _uploads.once()
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    assert listed(store) == {"run": ("RUNNING", 1)}
    run._recording.close("SUCCEEDED")
    run._recording.discard_journal()
