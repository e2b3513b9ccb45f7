"""Publishing from a notebook commits at once, and all or nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from deltalake import DeltaTable

import palantir_models as pm
from palantir_models.code_workspaces import ModelOutput
from palantir_models.errors import SerializationError
from palantir_models.experiment.errors import ExperimentError
from palantir_models.models import ModelVersionChangeType
from tests.palantir_models.model.sample_adapter import Doubler, Unserializable
from transforms.errors import CommitError, TransformTypeError
from transforms.store.store import Store


def rows(project: Path, table: str) -> list[dict[str, object]]:
    """Return the rows of one of the model's tables, read without this package."""
    folder = project / ".transforms/master/models/wine" / table
    return DeltaTable(str(folder)).to_pyarrow_dataset().to_table(use_threads=False).to_pylist()


def test_version_and_experiment_enter_in_one_commit(project: Path) -> None:
    """One row of the ledger, and the journal is gone."""
    model = ModelOutput("wine")
    experiment = model.create_experiment("first")
    experiment.log_metric("loss", 0.25)
    published = model.publish(Doubler(2), experiment=experiment, notes="by hand")

    (entry,) = Store(project / ".transforms").newest_entries(5)
    assert published.commit == entry.seq
    (version,), (row,), (value,) = (rows(project, table) for table in ("versions", "experiments", "metrics"))
    assert (version["version"], row["model_version_id"]) == ("1.0.0", version["version_id"])
    assert (row["name"], row["status"], value["value"]) == ("first", "SUCCEEDED", 0.25)
    assert not list((project / ".transforms/_journal").glob("*"))


@pytest.mark.parametrize("launcher", ["ipykernel_launcher.py", "colab_kernel_launcher.py"])
def test_a_notebook_is_called_so(project: Path, launcher: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by the program that runs its cells."""
    monkeypatch.setattr(sys, "argv", [f"/usr/lib/{launcher}", "-f", "kernel.json"])
    ModelOutput("wine").publish(Doubler(2))
    (entry,) = Store(project / ".transforms").newest_entries(5)
    assert entry.transform == "notebook"


def test_version_numbers_rise_as_asked(project: Path) -> None:
    """MINOR when nothing is said."""
    model = ModelOutput("wine")
    changes = [None, ModelVersionChangeType.PATCH, None, ModelVersionChangeType.MAJOR]
    numbers = [model.publish(Doubler(2), change_type=change).version.version for change in changes]
    assert numbers == ["1.0.0", "1.0.1", "1.1.0", "2.0.0"]


def test_what_was_published_is_shown(project: Path) -> None:
    """As text and as HTML, with the line of code that loads it; text of the user cannot be markup."""
    model = ModelOutput("wine")
    experiment = model.create_experiment("<b>bold</b>")
    published = model.publish(Doubler(2), experiment=experiment)
    assert "version 1.0.0 of model /wine, commit #1" in repr(published)
    shown = published._repr_html_()
    assert "1.0.0" in shown
    assert "open_model(&#x27;/wine&#x27;).load(&#x27;1.0.0&#x27;)" in shown
    assert "<b>bold</b>" not in shown
    assert eval("palantir_models.open_model('/wine').load('1.0.0')", {"palantir_models": pm}).factor == 2


def test_an_experiment_of_another_model_is_refused_and_goes_on(project: Path) -> None:
    """Nothing is published, and it can be where it belongs."""
    other = ModelOutput("/other")
    experiment = other.create_experiment("stray")
    with pytest.raises(ExperimentError, match=r"/other"):
        ModelOutput("wine").publish(Doubler(2), experiment=experiment)
    experiment.log_metric("loss", 1.0)
    assert other.publish(Doubler(2), experiment=experiment).version.version == "1.0.0"
    assert not (project / ".transforms/master/models/wine/versions").exists()


def test_an_experiment_is_published_once_and_takes_no_more_logs(project: Path) -> None:
    """What is committed does not change."""
    model = ModelOutput("wine")
    experiment = model.create_experiment("once")
    experiment.log_metric("loss", 1.0)
    model.publish(Doubler(2), experiment=experiment)
    with pytest.raises(ExperimentError, match="published"):
        model.publish(Doubler(2), experiment=experiment)
    with pytest.raises(ExperimentError, match="published"):
        experiment.log_metric("loss", 2.0)
    assert [row["value"] for row in rows(project, "metrics")] == [1.0]
    assert [row["version"] for row in rows(project, "versions")] == ["1.0.0"]


@pytest.mark.parametrize("fault", ["adapter", "state", "commit"])
def test_a_failed_publish_loses_nothing(project: Path, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The experiment runs on, and the next attempt publishes all of it."""
    model = ModelOutput("wine")
    experiment = model.create_experiment("again")
    experiment.log_metric("loss", 1.0)
    if fault == "adapter":
        with pytest.raises(TransformTypeError):
            model.publish("not an adapter", experiment=experiment)  # type: ignore[arg-type]
    elif fault == "state":
        with pytest.raises(SerializationError):
            model.publish(Doubler(Unserializable()), experiment=experiment)  # type: ignore[arg-type]
    else:
        with monkeypatch.context() as patch:
            patch.setattr("transforms.store.ledger.Ledger._write_row", lambda *_: (_ for _ in ()).throw(OSError(28)))
            with pytest.raises(CommitError, match="Nothing was committed"):
                model.publish(Doubler(2), experiment=experiment)
    experiment.log_metric("loss", 2.0)
    assert model.publish(Doubler(2), experiment=experiment).version.version == "1.0.0"
    assert [row["value"] for row in rows(project, "metrics")] == [1.0, 2.0]
    staged = (project / ".transforms/master/models/wine/artifacts").iterdir()
    assert len(list(staged)) == 1, "what the failed attempt staged is deleted"


def test_names_are_distinct(project: Path) -> None:
    """Cells are run again and again."""
    model = ModelOutput("wine")
    for _ in range(3):
        model.publish(Doubler(2), experiment=model.create_experiment("trial"))
    assert len({row["name"] for row in rows(project, "experiments")}) == 3
