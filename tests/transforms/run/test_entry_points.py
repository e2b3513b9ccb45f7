"""Projects that declare their pipeline as Foundry's repositories do are built as they are."""

from __future__ import annotations

from textwrap import dedent

import pytest

from transforms.errors import ConfigError
from transforms.run.entry_points import declared_pipelines
from transforms.run.project import Project

SETUP_PY = """
    import os
    from setuptools import find_packages, setup
    setup(
        name=os.environ["PKG_NAME"],
        version=os.environ["PKG_VERSION"],
        packages=find_packages(exclude=["contrib", "docs", "test"]),
        entry_points={"transforms.pipelines": ["root = foundry_style.pipeline:my_pipeline"]},
    )
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("src/setup.py", SETUP_PY),
        ("setup.py", SETUP_PY),
        (
            "setup.cfg",
            "[options.entry_points]\ntransforms.pipelines =\n    root = foundry_style.pipeline:my_pipeline\n",
        ),
        (
            "pyproject.toml",
            '[project.entry-points."transforms.pipelines"]\nroot = "foundry_style.pipeline:my_pipeline"',
        ),
    ],
)
def test_entry_points_are_read_and_nothing_is_run(tmp_path, name, text):
    """Whichever file declares them, in the folder or in its ``src``."""
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(dedent(text))
    assert declared_pipelines(tmp_path) == ("foundry_style.pipeline:my_pipeline",)


def test_a_repository_laid_out_as_in_foundry_is_found_unmodified(tmp_path):
    """``src/setup.py``, ``src/<package>/pipeline.py`` and datasets that are discovered."""
    package = tmp_path / "src" / "foundry_style"
    (package / "datasets").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "datasets" / "__init__.py").touch()
    (tmp_path / "src" / "setup.py").write_text(dedent(SETUP_PY))
    (package / "pipeline.py").write_text(
        "from transforms.api import Pipeline\nfrom foundry_style import datasets\n"
        "my_pipeline = Pipeline()\nmy_pipeline.discover_transforms(datasets)\n"
    )
    (package / "datasets" / "examples.py").write_text(
        "from transforms.api import transform_polars, Output\nimport polars as pl\n"
        '@transform_polars(Output("/x"))\ndef compute():\n    return pl.DataFrame({"x": [1]})\n'
    )
    assert list(Project.open(tmp_path).transforms) == ["compute"]


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """And no declaration is no error."""
    assert declared_pipelines(tmp_path) == ()
    (tmp_path / "setup.py").write_text("setup(")
    with pytest.raises(ConfigError, match=r"setup\.py cannot be read"):
        declared_pipelines(tmp_path)
