"""The packages that a saved adapter needs."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from typing import NoReturn

import pytest

from palantir_models.adapter.requirements import loaded_requirements


def test_requirements_are_those_of_loaded_modules() -> None:
    """A loaded module's distribution is listed under its own name and version, whatever the module is called."""
    import sklearn  # noqa: F401
    import yaml  # noqa: F401

    found = json.loads(loaded_requirements())
    for name in ("scikit-learn", "pyyaml", "pytest"):
        assert f"{name}=={importlib.metadata.version(name)}" in found


def test_requirements_are_cheap_after_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Listing them again looks at no folder."""
    found = loaded_requirements()

    def look(*_: object) -> NoReturn:
        raise AssertionError("a folder was looked at")

    for method in ("glob", "exists", "is_dir", "read_text"):
        monkeypatch.setattr(Path, method, look)
    assert loaded_requirements() == found


def test_a_model_names_what_it_and_its_code_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the adapter's modules import, its state refers to and its serializers use; nothing else that is loaded."""
    import importlib

    from sklearn.linear_model import LinearRegression

    from palantir_models.adapter import save_adapter

    (tmp_path / "forecasting.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "import palantir_models as pm\n"
        "if TYPE_CHECKING:\n    import requests\n"
        "class Model(pm.ModelAdapter):\n"
        "    @pm.auto_serialize\n    def __init__(self, inner):\n        self.inner = inner\n"
        "    @classmethod\n    def api(cls):\n        return {}, {'y': pm.Parameter(int)}\n"
        "    def predict(self):\n        import yaml\n        return 1\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    adapter = importlib.import_module("forecasting").Model({"model": LinearRegression().fit([[1.0]], [1.0])})
    saved = save_adapter(adapter, tmp_path / "state")
    names = {requirement.partition("==")[0] for requirement in json.loads(saved.requirements)}
    assert names == {"dill", "numpy", "pyyaml", "scikit-learn", "transforms-on-delta"}
