"""A job's models have the code that they were published with."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from palantir_models.reading.model import Model
from palantir_models.transforms import ModelInput, ModelOutput
from transforms.api import Output, incremental, transform
from transforms.errors import UsageError
from transforms.store.store import Store
from transforms.testing import run_transform

SOURCE = """
    import palantir_models as pm

    class Net:
        def value(self):
            return {value}

    class Constant(pm.ModelAdapter):
        @pm.auto_serialize
        def __init__(self, net):
            self.net = net

        @classmethod
        def api(cls):
            return {{}}, {{"y": pm.Parameter(int)}}

        def predict(self):
            return self.net.value()
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], ModuleType]]:
    """Write the adapter's module so that a net has a value, and import it anew."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(value: int) -> ModuleType:
        sys.modules.pop("constants_of_versions", None)
        (tmp_path / "constants_of_versions.py").write_text(textwrap.dedent(SOURCE.format(value=value)))
        importlib.invalidate_caches()
        return importlib.import_module("constants_of_versions")

    yield write
    sys.modules.pop("constants_of_versions", None)


@incremental()
@transform.using(before=ModelInput("/model"), model=ModelOutput("/model"))
def train(before: Any, model: Any) -> None:
    """Train anew, or put the net of the last version into today's class."""
    today = sys.modules["constants_of_versions"]
    model.publish(today.Constant(today.Net() if before is None else before.net))


@transform.using(model=ModelInput("/model"), out=Output("/out"))
def use(model: Any, out: Any) -> None:
    """Write what the model says."""
    import polars as pl

    out.write_table(pl.DataFrame({"y": [model.transform().y]}))


def _said(store: Store) -> int:
    return int(run_transform(use, store=store).outputs["out"].polars()["y"][0])


def test_a_model_input_has_the_versions_own_code(
    anywhere: Store, written: Callable[[int], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit of the adapter changes no version that a transform uses, unless the project says so."""
    store = anywhere
    written(1)
    run_transform(train, store=store)
    written(2)
    assert _said(store) == 1
    monkeypatch.setenv("TRANSFORMS_MODEL_CODE", "project")
    assert _said(store) == 2
    opened = Model("/model", "master", store)
    assert [opened.load().transform().y, opened.load(code="project").transform().y] == [1, 2]
    with pytest.raises(UsageError, match="Did you mean 'project'"):
        opened.load(code="projct")  # type: ignore[arg-type]
    kept = [name for name in opened.version().sha256 if not name.startswith(".training/")]
    assert kept == [".code/constants_of_versions.py", "net/dill.pkl"]


def test_continued_training_keeps_the_code_of_what_it_goes_on_with(
    store: Store, written: Callable[[int], ModuleType]
) -> None:
    """Today's class around a net of the last version's class: both have their own code from then on."""
    written(1)
    run_transform(train, store=store)
    today = written(2)
    run_transform(train, store=store)
    opened = Model("/model", "master", store)
    loaded: Any = opened.load("1.1.0")
    assert isinstance(loaded, today.Constant)
    assert not isinstance(loaded.net, today.Net)
    assert loaded.transform().y == 1
    written(3)
    assert [opened.load(number).transform().y for number in ("1.0.0", "1.1.0")] == [1, 1]
