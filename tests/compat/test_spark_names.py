"""What docs/spark.md says of names that Spark 4 took away is so: they are gone, and what is to be written works."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
CODE = re.compile(r"`([^`]+)`")


def rows() -> dict[str, str]:
    """Return the lines of the table: what stood there, and what to write."""
    _, _, rest = (REPOSITORY / "docs/spark.md").read_text(encoding="utf-8").partition("Names that Spark 4 took away")
    lines = [line.strip("| ").split(" | ") for line in rest.split("\n\n")[1].splitlines()[2:]]
    return dict(lines)


def is_there(name: str) -> bool:
    """Whether a name can be had, whose module may be called as much code calls it."""
    module, _, attribute = name.replace("F.", "pyspark.sql.functions.").rpartition(".")
    return hasattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize("gone", [gone for gone in rows() if "pandas" not in gone])
def test_a_name_that_is_gone_has_another_place(needs_spark: None, gone: str) -> None:
    """Each statement of the right column runs; a module in it has the names of the left one."""
    first, *more = (name for name in CODE.findall(gone) if not name.startswith("from "))
    names = [first, *(name if name[0] != "." else first.rpartition(".")[0] + name for name in more)]
    assert not any(is_there(name) for name in names), names
    for instead in CODE.findall(rows()[gone]):
        if instead.startswith("from "):
            exec(instead, {})
        else:
            assert all(is_there(f"{instead}.{name.rpartition('.')[2]}") for name in names)


def test_the_extra_installs_a_pandas_that_sparks_own_pandas_takes() -> None:
    """As the last line of the table says."""
    (line,) = (gone for gone in rows() if "pyspark.pandas" in gone)
    assert "pandas below 3, which the extra `spark` installs" in rows()[line]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert any(re.fullmatch(r"pandas.*<3", one) for one in project["optional-dependencies"]["spark"])
