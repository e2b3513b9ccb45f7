"""What an alias of a notebook stands for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from palantir_models.workspace.aliases import resolve_model
from transforms.config import load_config
from transforms.errors import ConfigError, NotFoundError, TransformTypeError

RID = "ri.models.main.model.6f2c"


def alias_of(name: object) -> str:
    """Return what an alias stands for in the present project."""
    return resolve_model(name, load_config()).alias


@pytest.mark.parametrize("itself", ["/some/model", RID])
def test_paths_and_rids_stand_for_themselves(project: Path, itself: str) -> None:
    """No line of configuration is needed for them."""
    assert alias_of(itself) == itself


@pytest.mark.parametrize(
    "document",
    [
        {"churn": RID},
        {"models": {"churn": {"rid": RID}}},
        {"resources": [{"datasets": {"churn-data": "ri.foundry.main.dataset.1"}}, {"models": {"churn": RID}}]},
    ],
)
def test_the_file_of_code_workspaces_is_read(project: Path, document: object) -> None:
    """At whatever depth it keeps the aliases of models; those of datasets are not models."""
    (project / ".foundry").mkdir()
    (project / ".foundry" / "aliases.json").write_text(json.dumps(document))
    assert alias_of("churn") == RID
    with pytest.raises(NotFoundError):
        alias_of("churn-data")


def test_configuration_goes_before_that_file(project: Path) -> None:
    """What a person wrote wins."""
    (project / ".foundry").mkdir()
    (project / ".foundry" / "aliases.json").write_text(json.dumps({"wine": RID}))
    assert alias_of("wine") == "/wine"


def test_a_typo_is_answered_with_the_nearest_alias_and_the_line_to_add(project: Path) -> None:
    """The message is enough to go on."""
    with pytest.raises(NotFoundError, match=r"(?s)'wien'.*'wine'.*pyproject\.toml.*\"wien\" = "):
        alias_of("wien")


@pytest.mark.parametrize("wrong", ["", None, 3, Path("wine")])
def test_an_alias_is_text(project: Path, wrong: object) -> None:
    """Anything else is told apart from an alias that is not known."""
    with pytest.raises(TransformTypeError, match="alias"):
        alias_of(wrong)


def test_a_broken_file_is_named(project: Path) -> None:
    """Silence would look like a missing alias."""
    (project / ".foundry").mkdir()
    (project / ".foundry" / "aliases.json").write_text("{")
    with pytest.raises(ConfigError, match=r"aliases\.json"):
        alias_of("churn")
