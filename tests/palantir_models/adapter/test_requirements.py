from __future__ import annotations

import importlib.metadata
import json
import time

from palantir_models.adapter.requirements import loaded_requirements


def test_requirements_are_those_of_loaded_modules() -> None:
    """A loaded module's distribution is listed under its own name and version, whatever the module is called."""
    import sklearn  # noqa: F401
    import yaml  # noqa: F401

    found = json.loads(loaded_requirements())
    for name in ("scikit-learn", "pyyaml", "pytest"):
        assert f"{name}=={importlib.metadata.version(name)}" in found


def test_requirements_are_cheap_after_the_first() -> None:
    """Listing them again takes a few milliseconds at the most."""
    loaded_requirements()
    start = time.perf_counter()
    loaded_requirements()
    assert time.perf_counter() - start < 0.03
