"""A project in a folder of its own, whose modules are written, edited and forgotten as a person and new processes do it."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from palantir_models.adapter import LoadContexts, SavedAdapter, load_adapter, save_adapter
from palantir_models.adapter.code.choosing import CodeChoice

ADAPTER = """
    import palantir_models as pm
    {imports}

    class Model(pm.ModelAdapter):
        @pm.auto_serialize
        def __init__(self, inner):
            self.inner = inner

        @classmethod
        def api(cls):
            return {{"x": pm.Parameter(int)}}, {{"y": pm.Parameter(int)}}

        def predict(self, x):
            {body}
"""


def adapter_source(body: str, imports: str = "") -> str:
    """Return the source of a module with the class ``Model``, whose ``predict`` is given."""
    return textwrap.dedent(ADAPTER).format(imports=imports, body=body.replace("\n", f"\n{' ' * 8}"))


class Project:
    """A folder of modules on ``sys.path``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._states = 0

    def write(self, name: str, source: str) -> Path:
        """Write a file and forget every module, as a new process would not know the old one."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(source))
        self.forget()
        return file

    def forget(self) -> None:
        """Forget what was imported of the project."""
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None)).startswith(f"{self.folder}/"):
                del sys.modules[name]
        importlib.invalidate_caches()

    def module(self, name: str) -> ModuleType:
        return importlib.import_module(name)

    def save(self, adapter: Any) -> tuple[Path, SavedAdapter]:
        """Save an adapter as a version would be, in a folder of its own."""
        self._states += 1
        state = self.folder.parent / f"state-{self._states}"
        return state, save_adapter(adapter, state)

    def load(self, saved: tuple[Path, SavedAdapter], code: CodeChoice = "version") -> Any:
        state, told = saved
        return load_adapter(state, told.adapter, told.sha256, contexts=LoadContexts(code=code))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # edits come too fast for the times in it
    found = Project(folder)
    yield found
    found.forget()


@pytest.fixture
def answers() -> Callable[[Any], int]:
    """What a model says to 1."""
    return lambda model: int(model.transform(x=1).y)
