"""The examples in the docstrings of the classes that are best shown by one do what they say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest


def run_examples(documented: object, names: dict[str, object]) -> doctest.TestResults:
    """Run the examples of one class or function."""
    (test,) = doctest.DocTestFinder(recurse=False).find(documented, globs=names)
    assert test.examples
    return doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)


def test_pipeline_is_shown_by_its_transforms() -> None:
    """Registering a transform, and what a pipeline prints as."""
    from transforms.api import Pipeline

    assert run_examples(Pipeline, {"__name__": "pipeline"}).failed == 0


def test_store_is_shown_by_a_commit() -> None:
    """A dataset goes in and is found from another branch."""
    from transforms.store import store

    assert run_examples(store.Store, dict(vars(store))).failed == 0


def test_open_model_is_shown_by_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project in the working folder whose model was published."""
    from palantir_models import open_model
    from palantir_models.testing import put_model
    from tests.palantir_models.model.sample_adapter import Doubler
    from transforms.run.project import Project
    from transforms.spec.resource import Resource

    (tmp_path / "pyproject.toml").write_text("[tool.transforms]\n")
    monkeypatch.chdir(tmp_path)
    put_model(Project.open().store, "master", Resource("model", "/examples/doubler"), Doubler(2))
    assert run_examples(open_model, {"open_model": open_model}).failed == 0
