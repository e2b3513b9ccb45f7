"""Commands in a repository as Foundry has it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

SETUP_PY = """\
import os
from setuptools import setup
setup(name=os.environ["PKG_NAME"], entry_points={"transforms.pipelines": ["root = PACKAGE.pipeline:my_pipeline"]})
"""


@pytest.fixture
def repository(shell) -> Path:
    """Turn the shell's folder into a repository of one subproject, whose modules no other test has imported."""
    (shell.folder / "pyproject.toml").unlink()
    (shell.folder / ".git").mkdir()
    package = shell.folder / "transforms-python" / "src" / f"of_{shell.module}"
    package.mkdir(parents=True)
    (package.parent / "setup.py").write_text(SETUP_PY.replace("PACKAGE", package.name))
    (package / "__init__.py").touch()
    (package / "pipeline.py").write_text(
        f"from transforms.api import Pipeline\nfrom {package.name} import rows\n"
        "my_pipeline = Pipeline()\nmy_pipeline.discover_transforms(rows)\n"
    )
    (package / "rows.py").write_text(
        dedent("""\
        from transforms.api import Input, Output, transform_polars
        @transform_polars(Output("/made"), raw=Input("/raw"))
        def made(raw):
            return raw
        """)
    )
    return shell.folder


def test_doctor_lists_the_packages_that_the_recipe_asks_for_and_that_are_missing(shell, repository):
    """Each with its line and what to type; once all are there, so it is said."""
    recipe = repository / "transforms-python" / "conda_recipe" / "meta.yaml"
    recipe.parent.mkdir()
    recipe.write_text("requirements:\n  run:\n  - python\n  - transforms\n  - polars\n  - no-such-package-here >=2\n")
    found = {finding["check"]: finding for finding in shell.json("doctor", code=1)}
    assert found["no-such-package-here"]["status"] == "problem"
    assert found["no-such-package-here"]["detail"].endswith(
        "transforms-python/conda_recipe/meta.yaml:6 asks for it; pip install 'no-such-package-here>=2'"
    )
    recipe.write_text(recipe.read_text().replace("  - no-such-package-here >=2\n", ""))
    found = {finding["check"]: finding for finding in shell.json("doctor")}
    assert found["packages"]["status"] == "ok"
