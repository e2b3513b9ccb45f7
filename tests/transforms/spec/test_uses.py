"""Which compute functions can need Spark, told from their code."""

from __future__ import annotations

import sys
import textwrap

import pytest

from transforms.spec.uses import names_package

FILES = {
    "uses_it": "from pyspark.sql import functions as F\ndef f(): ...",
    "inside": "def f():\n    import pyspark.sql.functions as F",
    "by_name": "from importlib import import_module\ndef f():\n    return import_module('pyspark.sql')",
    "through": "from uses_project import helper\ndef f(): ...",
    "relative": "from . import helper\ndef f(): ...",
    "far": "from uses_project.nearer import something\ndef f(): ...",
    "for_types": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pyspark.sql import DataFrame\ndef f(): ..."
    ),
    "otherwise": ("import typing\nif typing.TYPE_CHECKING:\n    import x\nelse:\n    import pyspark\ndef f(): ..."),
    "in_words": '"""Without pyspark."""\n# pyspark\nname = "pyspark"\ndef f(): ...',
    "likely": "import pysparkling\ndef f(): ...",
    "plain": "import pandas as pd\ndef f(): ...",
}


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Return a module of a package, imported without what it imports."""
    folder = tmp_path / "uses_project"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "helper.py").write_text("from pyspark.sql import Window\n")
    (folder / "nearer.py").write_text("from .helper import Window\nsomething = 1\n")
    (folder / "pysparkling.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setitem(sys.modules, "x", sys)

    def load(name):
        import importlib

        (folder / f"{name}.py").write_text(textwrap.dedent(FILES[name]))
        return importlib.import_module(f"uses_project.{name}")

    yield load
    for name in [name for name in sys.modules if name.partition(".")[0] in ("uses_project", "pysparkling")]:
        del sys.modules[name]


@pytest.mark.parametrize("name", ["uses_it", "inside", "by_name", "through", "relative", "far", "otherwise"])
def test_a_function_whose_project_names_the_package_can_need_it(needs_spark, module, name):
    assert names_package(module(name).f, "pyspark")


@pytest.mark.parametrize("name", ["for_types", "in_words", "likely", "plain"])
def test_a_function_whose_project_does_not_cannot(module, name):
    """Words, other packages and imports for type checkers do not count."""
    assert not names_package(module(name).f, "pyspark")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(): ...", False),
        ("def f():\n    from pyspark.sql import Window", True),
        ("def f():\n    def g():\n        import pyspark", True),
        ("from pyspark.sql import DataFrame\ndef f(): ...", True),
        ("import pyspark.sql.functions as F\ndef f(): ...", True),
    ],
)
def test_a_cell_of_a_notebook_is_judged_by_what_it_holds(needs_spark, source, expected):
    """It has no file."""
    names = {"__name__": "__cell__"}
    exec(source, names)
    assert names_package(names["f"], "pyspark") is expected
