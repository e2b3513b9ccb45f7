"""Opening MLflow's servers, databases and folders."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from palantir_models.mlflow.exchange import tracking as module
from palantir_models.mlflow.exchange.tracking import TrackingError, artifact_folder, shown_uri, tracking
from tests.processes import free_port
from transforms.errors import MissingExtraError, NotFoundError, UsageError


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://me:secret@host:5000/x?token=1#y", "https://host:5000/x"),
        ("postgresql+psycopg://me:secret@host/db", "postgresql+psycopg://host/db"),
        ("sqlite:///runs.db", "sqlite:///runs.db"),
        ("sqlite:////a/runs.db?mode=ro", "sqlite:////a/runs.db"),
        ("file:///a/mlruns", "file:///a/mlruns"),
        ("mlruns", "mlruns"),
        ("databricks", "databricks"),
    ],
)
def test_an_address_is_shown_without_credentials(uri: str, shown: str) -> None:
    """It goes into messages and into the experiments' table."""
    assert shown_uri(uri) == shown


def test_a_database_file_is_named_for_good(project: Path) -> None:
    """A path that depends on the working folder means nothing later."""
    assert shown_uri("sqlite:///runs.db", absolute=True) == f"sqlite:///{project}/runs.db"


@pytest.mark.parametrize("uri", ["foo://bar", "", "sqlite:///no/such/folder/runs.db"])
def test_an_address_that_cannot_be_is_the_callers_mistake(uri: str, project: Path) -> None:
    """Whatever it is, nothing is made."""
    with pytest.raises(UsageError), tracking(uri, create=True):
        pass


def test_the_path_of_a_database_is_not_its_address(project: Path) -> None:
    """MLflow would take it for a folder of runs."""
    (project / "other").write_bytes(b"SQLite format 3")
    with pytest.raises(UsageError, match="sqlite:///other"), tracking("other"):
        pass


@pytest.mark.parametrize("uri", ["sqlite:///runs.db", "file:///no/such/mlruns", "mlruns"])
def test_reading_makes_no_database_or_folder(uri: str, project: Path) -> None:
    """A misspelt name is an error, not a store with nothing in it."""
    with pytest.raises(NotFoundError, match="does not exist"), tracking(uri):
        pass


def test_a_server_that_does_not_answer_is_told_at_once() -> None:
    """MLflow itself tries for minutes."""
    with pytest.raises(TrackingError, match="No MLflow server answers at http://localhost:"):  # noqa: SIM117
        with tracking(f"http://me:secret@localhost:{free_port()}"):
            pass


def test_an_address_means_the_same_in_every_folder(
    empty_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MLflow keeps what it opened by its address, so a relative one would stand for the first folder for ever."""
    for folder in (tmp_path / "one folder", tmp_path / "two"):
        folder.mkdir()
        shutil.copy(empty_database, folder / "runs.db")
        monkeypatch.chdir(folder)
        with tracking("sqlite:///runs.db") as client:
            assert client.get_experiment_by_name("e") is None
            client.create_experiment("e", str(folder))


def test_a_database_that_cannot_be_opened_is_told_at_once(tmp_path: Path) -> None:
    """MLflow itself tries for two minutes."""
    (tmp_path / "runs.db").mkdir()
    with pytest.raises(TrackingError, match="The database sqlite:///.*runs.db cannot be opened"):  # noqa: SIM117
        with tracking(f"sqlite:///{tmp_path}/runs.db"):
            pass


def test_what_is_no_database_is_told(project: Path, tmp_path: Path) -> None:
    """In one line, with the address."""
    (tmp_path / "junk.db").write_text("this is no database, however long one looks at it" * 100)
    with pytest.raises(TrackingError, match="junk.db"), tracking(f"sqlite:///{tmp_path}/junk.db"):
        pass


@pytest.mark.parametrize(("missing", "advice"), [("mlflow", r"\[mlflow\]"), ("sqlalchemy", "pip install mlflow")])
def test_what_is_not_installed_is_named(missing: str, advice: str, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """mlflow-skinny talks to servers; databases need more."""
    found = importlib.util.find_spec

    def find_spec(name: str) -> ModuleSpec | None:
        return None if name == missing else found(name)

    monkeypatch.setattr(module, "find_spec", find_spec)
    with pytest.raises(MissingExtraError, match=advice), tracking(uri):
        pass


def test_nothing_of_this_process_is_changed(uri: str, project: Path) -> None:
    """Neither the environment nor MLflow's tracking URI; telemetry is off meanwhile."""
    import mlflow
    from mlflow.tracking._tracking_service import utils

    before = dict(os.environ), mlflow.get_tracking_uri(), utils.DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH
    with tracking(uri) as client:
        assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
        assert client.tracking_uri == uri
        assert mlflow.get_tracking_uri() == before[1]
    assert (dict(os.environ), mlflow.get_tracking_uri(), utils.DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH) == before
    assert mlflow.active_run() is None


def test_a_refusal_in_the_block_is_told_with_the_address(client: Any, uri: str) -> None:
    """Whatever MLflow raises."""
    with pytest.raises(TrackingError, match="runs.db"), tracking(uri) as opened:
        opened.get_run("0" * 32)


def test_a_database_keeps_files_beside_it(project: Path) -> None:
    """Other databases do not say where, and a server decides by itself."""
    assert artifact_folder("sqlite:///runs.db", "/a b") == f"{project.as_uri()}/mlartifacts/~a%20b"
    assert artifact_folder("http://host", "a") is None
    with pytest.raises(UsageError, match="--artifacts"):
        artifact_folder("postgresql://host/db", "a")


def test_mlflow_is_imported_when_it_is_needed() -> None:
    """The package that exchanges with it can be imported without it."""
    import subprocess

    package = "palantir_models.mlflow.exchange"
    code = f"import sys, {package}.exporting, {package}.importing; print('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
