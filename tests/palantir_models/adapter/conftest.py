"""Adapters in a module of their own, as users have them: importable from a folder on sys.path."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = '''
    import palantir_models as pm
    from palantir_models.serializers import DillSerializer, JsonSerializer, YamlSerializer


    class Scaled(pm.ModelAdapter):
        """Two arguments with one serializer, whose files have one name."""

        @pm.auto_serialize(first=JsonSerializer(), second=JsonSerializer())
        def __init__(self, first, second):
            self.first, self.second = first, second

        @classmethod
        def api(cls):
            inputs = {"df_in": pm.Pandas([("x", float)]), "scale": pm.Parameter(float, default=2.0)}
            return inputs, {"df_out": pm.Pandas()}

        def predict(self, df_in, scale):
            return df_in.assign(y=df_in["x"] * scale)


    class Bare(Scaled):
        @pm.auto_serialize
        def __init__(self, model, *rest, flag=False, **options):
            self.model, self.rest, self.flag, self.options = model, rest, flag, options


    class Called(Scaled):
        @pm.auto_serialize()
        def __init__(self, model):
            self.model = model


    class Inheriting(Called):
        pass


    class Extending(Called):
        @pm.auto_serialize
        def __init__(self, name):
            super().__init__(model={"name": name})
            self.name = name


    class Undecorated(Called):
        def __init__(self):
            super().__init__(model=1)


    class ByHand(Scaled):
        def __init__(self, text):
            self.text = text

        def save(self, state_writer):
            with state_writer.open("deep/text.txt", "w") as file:
                file.write(self.text)

        @classmethod
        def load(cls, state_reader):
            with state_reader.open("deep/text.txt", "r") as file:
                return cls(file.read())
'''


@pytest.fixture
def adapters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "sample_adapters.py").write_text(textwrap.dedent(SOURCE))
    monkeypatch.syspath_prepend(folder)
    importlib.invalidate_caches()
    yield importlib.import_module("sample_adapters")
    sys.modules.pop("sample_adapters", None)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"
