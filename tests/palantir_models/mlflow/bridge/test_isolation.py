"""Isolation: what MLflow keeps for the process is as before after a block, however it ends."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest
from sklearn.linear_model import LogisticRegression

from palantir_models.mlflow.bridge.uris import TRACKING_URI
from tests.palantir_models.mlflow.conftest import mlflow_state

X, Y = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt, SystemExit])
def test_everything_is_restored(error, experiment, monkeypatch, caplog):
    """Also after an exception, which is the one that leaves the block."""
    import mlflow
    from mlflow.tracking import fluent
    from mlflow.tracking._tracking_service import utils as tracking

    monkeypatch.setenv("MLFLOW_RUN_ID", "a" * 32)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "mine")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "false")
    monkeypatch.setattr(fluent, "_active_experiment_id", "7")
    before, run = mlflow_state(), experiment("FAIL")

    def block() -> None:
        with run.as_mlflow_run():
            assert mlflow.get_tracking_uri() == os.environ["MLFLOW_TRACKING_URI"] == TRACKING_URI
            assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
            assert "MLFLOW_RUN_ID" not in os.environ
            mlflow.sklearn.autolog()
            mlflow.autolog(silent=True)
            mlflow.set_experiment("other")
            os.environ["MLFLOW_SOMETHING"] = "1"
            mlflow.log_text("a", "a.txt")
            mlflow.log_metric("a", 1, synchronous=False)
            mlflow.start_run(nested=True)  # left running
            if error is not None:
                raise error("the user's own")

    if error is None:
        block()
    else:
        with pytest.raises(error, match="the user's own"):
            block()
    assert mlflow_state() == before
    assert run.value_count == 1
    assert not [run_id for run_id in tracking._artifact_repos_cache if run_id == run.experiment_id]


def test_the_users_own_tracking_goes_on(experiment, tmp_path, monkeypatch):
    """A run of the user's, around the block, is the active one again, under the tracking URI that it has."""
    import mlflow
    from mlflow.tracking import fluent
    from mlflow.tracking._tracking_service import utils as tracking

    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    elsewhere = (tmp_path / "theirs").as_uri()
    mlflow.set_tracking_uri(elsewhere)
    try:
        with mlflow.start_run() as theirs:
            with experiment().as_mlflow_run() as ours:
                assert mlflow.active_run().info.run_id == ours.info.run_id != theirs.info.run_id
                mlflow.log_metric("inside", 1)
            assert (mlflow.active_run().info.run_id, mlflow.get_tracking_uri()) == (theirs.info.run_id, elsewhere)
            mlflow.log_metric("outside", 2)
        assert mlflow.get_run(theirs.info.run_id).data.metrics == {"outside": 2.0}
        assert mlflow.get_run(theirs.info.run_id).info.status == "FINISHED"
    finally:
        tracking._tracking_uri = None
        os.environ.pop("MLFLOW_TRACKING_URI", None)
        fluent._last_active_run_id.set(None)


def test_a_fit_after_the_block_logs_nowhere(experiment):
    """Autologging that was enabled in the block is off again."""
    import mlflow

    original, run = LogisticRegression.fit, experiment()
    with run.as_mlflow_run():
        mlflow.sklearn.autolog(log_models=False, silent=True)
        assert LogisticRegression.fit is not original
        LogisticRegression().fit(X, Y)
        logged = run.value_count
        assert logged > 0
    assert LogisticRegression.fit is original
    LogisticRegression().fit(X, Y)
    assert run.value_count == logged
    assert list(Path.cwd().iterdir()) == []


def test_autologging_of_before_is_enabled_again(experiment):
    """What the user had enabled, and how, is so after the block, whatever the block did to it."""
    import mlflow
    from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

    mlflow.sklearn.autolog(log_models=False, silent=True, max_tuning_runs=2)
    try:
        before = dict(AUTOLOGGING_INTEGRATIONS["sklearn"])
        for change in ({"disable": True}, {"silent": True}):
            with experiment().as_mlflow_run():
                mlflow.sklearn.autolog(**change)
            assert AUTOLOGGING_INTEGRATIONS["sklearn"] == before
        run = experiment()
        with run.as_mlflow_run():
            LogisticRegression().fit(X, Y)
        assert run.value_count > 0
    finally:
        mlflow.sklearn.autolog(disable=True)
        AUTOLOGGING_INTEGRATIONS["sklearn"] = {}


def test_libraries_imported_later_are_left_alone(experiment, monkeypatch, tmp_path):
    """``mlflow.autolog()`` in a block enables what is imported in the block, and nothing after it."""
    import mlflow
    from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

    (tmp_path / "statsmodels.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    with experiment().as_mlflow_run():
        mlflow.autolog(silent=True)
    import statsmodels  # noqa: F401

    assert not AUTOLOGGING_INTEGRATIONS.get("statsmodels")
    monkeypatch.delitem(sys.modules, "statsmodels")


def test_two_threads(experiment, content):
    """Each block logs to its own experiment; MLflow's state is restored by the last one."""
    import mlflow

    before = mlflow_state()
    runs = [experiment("FAIL") for _ in range(4)]
    all_in, failures = threading.Barrier(len(runs)), []

    def log(number: int) -> None:
        try:
            with runs[number].as_mlflow_run() as active:
                all_in.wait(300)
                for step in range(200):
                    mlflow.log_metric("a", number, step=step)
                    mlflow.log_metrics({"b": step, "c": number}, step=step)
                mlflow.log_param("number", number)
                assert mlflow.active_run().info.run_id == active.info.run_id
        except BaseException as error:  # noqa: BLE001 (the test's own thread raises it)
            failures.append(error)

    threads = [threading.Thread(target=log, args=(number,)) for number in range(len(runs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for number, run in enumerate(runs):
        found = content(run)
        assert found.params == {"number": number}
        assert found.metrics["a"] == [(step, float(number)) for step in range(200)]
        assert [value for _, value in found.metrics["b"]] == [float(step) for step in range(200)]
    assert mlflow_state() == before


def test_blocks_inside_each_other(experiment, content):
    """The inner one's experiment is the run until it ends."""
    import mlflow

    outer, inner = experiment(), experiment()
    with outer.as_mlflow_run():
        mlflow.log_metric("a", 1)
        with inner.as_mlflow_run():
            mlflow.log_metric("a", 2)
        mlflow.log_metric("a", 3)
    assert (content(outer).metrics, content(inner).metrics) == ({"a": [(0, 1.0), (1, 3.0)]}, {"a": [(0, 2.0)]})


def test_one_experiment_in_several_threads(experiment, dropped):
    """A thread that logs to an experiment enters it too; the list at the end comes once, from the last to leave."""
    import mlflow

    run = experiment()

    def log() -> None:
        with run.as_mlflow_run():
            mlflow.log_metric("a", 1)
            mlflow.set_tag("t", 1)

    with run.as_mlflow_run():
        for _ in range(3):
            thread = threading.Thread(target=log)
            thread.start()
            thread.join()
        assert dropped() == ""
    assert run.value_count == 3
    assert dropped() == "1 tag"


def test_after_the_block_the_run_is_unknown(experiment):
    """Its id leads nowhere, and the error says where it does."""
    import mlflow
    from mlflow.exceptions import MlflowException

    run = experiment()
    with run.as_mlflow_run() as active:
        client = mlflow.MlflowClient()
    for call in (
        lambda: client.log_metric(active.info.run_id, "a", 1),
        lambda: client.get_run(active.info.run_id),
        lambda: client.create_run("1"),
    ):
        with pytest.raises(MlflowException, match="as_mlflow_run"):
            call()
    assert run.value_count == 0


def test_a_child_process_makes_no_files(experiment):
    """It inherits MLflow's address of ours, where no experiment of its own is, and says so."""
    with experiment().as_mlflow_run():
        code = "import mlflow; mlflow.log_metric('a', 1)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "No experiment is an MLflow run in this process" in done.stderr


SCRIPT = """
    import logging, os, signal, sys, time
    import mlflow
    from sklearn.linear_model import LogisticRegression
    from palantir_models.code_workspaces import ModelOutput

    experiment = ModelOutput("/m").create_experiment("run")
    try:
        with experiment.as_mlflow_run():
            mlflow.sklearn.autolog(silent=True)
            mlflow.log_metric("a", 1)
            print("ready", flush=True)
            time.sleep(60)
    except KeyboardInterrupt:
        LogisticRegression().fit([[0], [1]], [0, 1])
        print(experiment.value_count, mlflow.active_run(), "MLFLOW_TRACKING_URI" in os.environ, os.listdir("."))
"""


def test_an_interrupted_program(tmp_path):
    """Ctrl-C in the block leaves it as any exception does, in a real process."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[tool.transforms]\nroot = "../store"\n')
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=300)
    assert output == "1 None False ['pyproject.toml']\n"
    assert process.returncode == 0


def test_mlflow_imported_first_in_the_block(tmp_path):
    """The bridge imports MLflow itself, with its reports off, and leaves no variable behind."""
    code = """
        import os, sys
        from palantir_models.experiments import Experiment
        from palantir_models.experiment.recording import Recording
        os.environ.pop("MLFLOW_DISABLE_TELEMETRY", None)
        for name in ("CI", "PYTEST_CURRENT_TEST", "GITHUB_ACTIONS"):
            os.environ.pop(name, None)
        assert "mlflow" not in sys.modules
        with Experiment(Recording("e", model="/m")).as_mlflow_run():
            import mlflow
            mlflow.log_metric("a", 1)
        from mlflow.version import VERSION
        if VERSION >= "3.2":
            from mlflow.telemetry import get_telemetry_client
            assert get_telemetry_client() is None
        print({name for name in os.environ if "MLFLOW" in name}, os.listdir("."))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "set() ['working folder']\n", done.stderr


def test_tracing_that_is_off_stays_off(experiment):
    """Choosing a tracking address would switch it on again."""
    import mlflow
    from mlflow.tracing import provider

    mlflow.tracing.disable()
    try:
        with experiment().as_mlflow_run():
            assert not provider.is_tracing_enabled()
        assert not provider.is_tracing_enabled()
    finally:
        provider.reset()  # on again when something is traced


def test_a_forked_child(experiment, content, tmp_path):
    """It cannot log to its parent's experiment, is told so at once, and disturbs nothing."""
    import mlflow
    from mlflow.exceptions import MlflowException

    run = experiment()
    with run.as_mlflow_run():
        mlflow.log_metric("a", 1)
        child = os.fork()
        if child == 0:
            try:
                mlflow.log_metric("a", 2)
            except MlflowException as error:
                (tmp_path / "error").write_text(str(error))
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        mlflow.log_metric("a", 3)
    assert content(run).metrics == {"a": [(0, 1.0), (1, 3.0)]}
    assert "No experiment is an MLflow run in this process" in (tmp_path / "error").read_text()


def test_ending_more_runs_than_the_blocks(experiment, tmp_path, monkeypatch):
    """The user's own run around the block is not ended by what happens in it."""
    import mlflow
    from mlflow.tracking import fluent
    from mlflow.tracking._tracking_service import utils as tracking

    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "theirs").as_uri())
    try:
        with mlflow.start_run() as theirs:
            with experiment("FAIL").as_mlflow_run():
                mlflow.end_run()
            assert mlflow.active_run().info.run_id == theirs.info.run_id
            with experiment("FAIL").as_mlflow_run():
                mlflow.set_tracking_uri((tmp_path / "third").as_uri())
                mlflow.start_run(nested=True, experiment_id="0")
            assert mlflow.active_run().info.run_id == theirs.info.run_id
            mlflow.log_metric("outside", 1)
    finally:
        tracking._tracking_uri = None
        os.environ.pop("MLFLOW_TRACKING_URI", None)
        fluent._last_active_run_id.set(None)


def test_a_tracking_address_chosen_in_the_block(experiment, tmp_path):
    """It holds until the block ends, and the experiment's run still ends as it must."""
    import mlflow

    run = experiment()
    with run.as_mlflow_run():
        mlflow.log_metric("a", 1)
        mlflow.set_tracking_uri((tmp_path / "elsewhere").as_uri())
    assert mlflow.active_run() is None
    assert run.value_count == 1


def test_the_logger_of_autologging_is_as_before(experiment):
    """No handler of ours stays behind."""
    logger: Any = logging.getLogger("mlflow.utils.autologging_utils")
    before = list(logger.handlers)
    with experiment().as_mlflow_run():
        assert len(logger.handlers) == len(before) + 1
    assert logger.handlers == before
