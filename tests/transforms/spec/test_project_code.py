"""The code of a class is found as that of a transform is."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from transforms.spec.project_code import code_of_class, module_at

FILES = {
    "class_home/__init__.py": "",
    "class_home/base.py": "from class_home import deep\nclass Base: pass\n",
    "class_home/deep.py": "import json, polars\n",
    "class_home/unused.py": "",
    "class_home/mine.py": "from .base import Base\nNAMES = ('words.txt', '../secret.txt', 'none.txt')\nclass Mine(Base): pass\n",
    "class_home/words.txt": "one",
    "secret.txt": "two",
    "class_other.py": "",
}


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type]:
    """A class in a package of a project."""
    for name, content in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(content)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("class_home.mine").Mine
    for name in [name for name in sys.modules if name.startswith(("class_home", "class_other"))]:
        del sys.modules[name]


def test_modules_are_followed_and_files_beside_them_named(mine: type) -> None:
    """Bases, what they import, and data in a module's folder that it names; nothing of other packages or folders."""
    found = code_of_class(mine)
    names = {"__init__.py", "base.py", "deep.py", "mine.py", "words.txt"}
    assert found == {f"class_home/{name}": FILES[f"class_home/{name}"].encode() for name in names}
    importlib.import_module("class_other")
    assert code_of_class(mine, ["class_other", "json", "polars"]).keys() - found.keys() == {"class_other.py"}


def test_classes_without_code_of_a_project_have_none(mine: type) -> None:
    """Those of Python, of this framework, and of a module without a file."""
    from palantir_models import ModelAdapter

    assert [code_of_class(cls) for cls in (dict, ModelAdapter, type("Made", (), {"__module__": "nowhere"}))] == [{}] * 3


def test_a_place_tells_its_module() -> None:
    """The name of a module follows from where its source is kept."""
    places = ("mine.py", "pack/__init__.py", "pack/2-mine.py", "pack/words.txt")
    assert [module_at(place) for place in places] == ["mine", "pack", "pack.2-mine", None]
