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


def test_init_adds_what_is_missing_and_nothing_else(shell, repository):
    """From any folder of the repository; what was there stays, and a second time there is nothing to add."""
    (repository / ".gitignore").write_text("*.pyc")
    (repository / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    assert shell.run("init", "transforms-python/src").exit_code == 0
    assert (repository / ".gitignore").read_text() == "*.pyc\n.transforms/\n"
    settings = (repository / "pyproject.toml").read_text()
    assert settings.startswith("[tool.ruff]\nline-length = 100\n\n[tool.transforms]\n")
    again = shell.run("init")
    assert "added" not in again.stdout
    assert "wrote" not in again.stdout
    assert (repository / "pyproject.toml").read_text() == settings
    assert not (repository / "pipelines").exists()


def test_init_lists_the_inputs_that_are_needed(shell, repository):
    """With who reads them, their columns, what cannot be told, and how to bring them in."""
    listed = shell.run("init", "--from-foundry").stdout
    assert "1 input from outside:" in listed
    assert "read by   made (transforms-python/src/" in listed
    assert "columns   none that the code tells" in listed
    assert "bring in  transforms put /raw FILE" in listed
    assert (repository / "pyproject.toml").is_file()


def test_synthetic_rows_let_the_repository_be_built(shell, repository):
    """They pass its conditions in part; data that is there is never replaced, and what gets none is said."""
    rows = next(repository.rglob("rows.py"))
    rows.write_text(
        rows.read_text().replace("return raw\n", "return raw.filter((pl.col('n') > 5) & (pl.col('kind') == 'a'))\n")
        + '\n@transform_polars(Output("/other"), dark=Input("/dark"), there=Input("/there"))\n'
        "def other(dark, there):\n    return there\n"
    )
    rows.write_text("import polars as pl\n" + rows.read_text())
    (repository / "x.csv").write_text("x\n1\n")
    shell.run("put", "/there", "x.csv")
    told = {row["alias"]: row for row in shell.json("init", "--from-foundry", "--synthetic", "6")}
    assert told["/raw"]["columns"] == {"n": "long", "kind": "string"}
    assert told["/raw"]["synthetic"].startswith("6 rows")
    assert told["/dark"]["synthetic"] == "nothing, as the code tells none of its columns"
    assert told["/there"]["synthetic"] == "nothing, as it has data"
    assert shell.run("build", "made").exit_code == 0
    assert shell.json("show", "/raw", "--limit", "6")["rows"][:2] == [
        {"n": 6, "kind": "a"},
        {"n": 5, "kind": "kind-other"},
    ]
    again = {row["alias"]: row for row in shell.json("init", "--from-foundry", "--synthetic", "6")}
    assert again["/raw"]["synthetic"] == "nothing, as it has data"


def test_what_needs_a_foundry_repository_says_so(shell):
    """Where there is none."""
    refused = shell.run("init", "--from-foundry")
    assert refused.exit_code == 2
    assert "There is no Foundry repository" in refused.stderr
    assert "goes with --from-foundry" in shell.run("init", "--synthetic", "3").stderr
