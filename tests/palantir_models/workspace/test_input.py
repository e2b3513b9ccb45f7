"""Using a published model in a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from palantir_models.code_workspaces import ModelInput, ModelOutput
from palantir_models.errors import ArtifactMismatchError
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.errors import NotFoundError, TransformTypeError


@pytest.fixture
def published(project: Path) -> Path:
    """The project with versions 1.0.0 and 1.1.0."""
    for factor in (2, 3):
        ModelOutput("wine").publish(Doubler(factor))
    return project


def test_the_latest_version_or_the_one_that_is_asked_for(published: Path) -> None:
    """By number or RID."""
    latest, first = ModelInput("wine"), ModelInput("wine", "1.0.0")
    assert (latest.version.version, first.version.version) == ("1.1.0", "1.0.0")
    assert ModelInput("/wine", first.model_version_rid).version == first.version
    assert "1.1.0" in repr(latest)


def test_the_adapter_is_initialized_with_the_saved_state(published: Path) -> None:
    """It is an adapter like any other: it can be published again."""
    model = ModelInput("wine", "1.0.0")
    adapter = model.initialize_adapter(Doubler)
    assert (adapter.factor, adapter.model_version_rid) == (2, model.model_version_rid)
    assert ModelOutput("wine").publish(adapter).version.version == "1.2.0"


def test_downloaded_files_are_a_copy(published: Path) -> None:
    """Whatever is done to them, the version stays as it is."""
    folder = Path(ModelInput("wine").download_files())
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    for file in files:
        file.write_text("ruined")
    assert ModelInput("wine").initialize_adapter(Doubler).factor == 3


def test_a_changed_artifact_is_refused(published: Path) -> None:
    """A model that is not the published one is never handed out."""
    model = ModelInput("wine")
    artifacts = published / ".transforms/master/models/wine/artifacts" / model.version.version_id
    next(file for file in artifacts.rglob("*") if file.is_file()).write_bytes(b"{}")
    for use in (model.download_files, lambda: model.initialize_adapter(Doubler)):
        with pytest.raises(ArtifactMismatchError):
            use()


def test_what_is_not_there_is_said(published: Path) -> None:
    """Alias, branch and version each have their own message."""
    with pytest.raises(NotFoundError, match="'wine'"):
        ModelInput("wien")
    with pytest.raises(NotFoundError, match="branch develop"):
        ModelInput("wine", branch="develop")
    with pytest.raises(NotFoundError, match=r"9\.9\.9"):
        ModelInput("wine", "9.9.9")
    with pytest.raises(TransformTypeError, match="subclass"):
        ModelInput("wine").initialize_adapter(Doubler(2))  # type: ignore[arg-type]
