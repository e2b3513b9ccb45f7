"""Which folder is the project, and what of it declares pipelines: Foundry's repositories as they are."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from transforms.config import load_config
from transforms.config.entry_points import declared_pipelines
from transforms.errors import ConfigError
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
    assert declared_pipelines(tmp_path) == (file, ("foundry_style.pipeline:my_pipeline",))


def write_subproject(folder, package, output="/x"):
    """Write what a new subproject of Foundry holds: ``src/setup.py``, a pipeline, and a module of datasets."""
    source = folder / "src"
    (source / package / "datasets").mkdir(parents=True)
    (source / "setup.py").write_text(dedent(SETUP_PY).replace("foundry_style", package))
    (source / package / "__init__.py").touch()
    (source / package / "datasets" / "__init__.py").touch()
    (source / package / "pipeline.py").write_text(
        f"from transforms.api import Pipeline\nfrom {package} import datasets\n"
        "my_pipeline = Pipeline()\nmy_pipeline.discover_transforms(datasets)\n"
    )
    (source / package / "datasets" / "2-examples.py").write_text(
        "from transforms.api import transform_polars, Output\nimport polars as pl\n"
        f'@transform_polars(Output("{output}"))\ndef {package}_rows():\n    return pl.DataFrame({{"x": [1]}})\n'
    )


def test_a_folder_laid_out_as_in_foundry_is_found_unmodified(tmp_path):
    """``src/setup.py``, ``src/<package>/pipeline.py`` and datasets that are discovered; a project by itself."""
    write_subproject(tmp_path, "style_alone")
    assert list(Project.open(tmp_path).transforms) == ["style_alone_rows"]
    assert load_config(tmp_path / "src" / "style_alone").project == tmp_path


@pytest.mark.parametrize("mark", [".git", "gradlew", None])
def test_a_repository_is_one_project_from_every_folder_of_it(tmp_path, mark):
    """With one store at its root, though nothing there speaks of this package."""
    write_subproject(tmp_path / "transforms-python", f"one_{mark and mark.strip('.')}")
    write_subproject(tmp_path / "transforms-python-2", f"two_{mark and mark.strip('.')}")
    (tmp_path / "transforms-python-2" / "pyproject.toml").write_text("[tool.ruff]\n")
    if mark:
        (tmp_path / "docs").mkdir()
        (tmp_path / mark).touch()
    for folder in [tmp_path, *(path for path in tmp_path.rglob("*") if path.is_dir())]:
        config = load_config(folder, {})
        assert (config.project, config.root) == (tmp_path, str(tmp_path / ".transforms"))
    assert len(Project.open(tmp_path / "transforms-python" / "src").transforms) == 2


def test_repositories_in_one_clone_share_its_store(tmp_path):
    """As publications of several have them; but nothing above the clone counts."""
    (tmp_path / "gradlew").touch()
    clone = tmp_path / "clone"
    for name in ("a", "b"):
        write_subproject(clone / name / "transforms-python", f"cloned_{name}")
        (clone / name / "gradlew").touch()
    (clone / ".git").mkdir()
    assert load_config(clone / "a" / "transforms-python").project == clone
    assert sorted(Project.open(clone / "b").transforms) == ["cloned_a_rows", "cloned_b_rows"]


def test_packages_of_one_name_are_refused_and_each_can_be_a_project_of_its_own(tmp_path):
    """Python imports one of a name, so the other would be left out without a word; they may still share the store."""
    for name in ("transforms-python", "transforms-python-b"):
        write_subproject(tmp_path / name, "same_name", f"/{name}")
    with pytest.raises(ConfigError, match="transforms-python and transforms-python-b both .*'same_name'") as refused:
        _ = Project.open(tmp_path).transforms
    written = str(refused.value).partition("pyproject.toml\n")[2]
    (tmp_path / "transforms-python-b" / "pyproject.toml").write_text(written)
    config = load_config(tmp_path / "transforms-python-b" / "src")
    assert config.project == tmp_path / "transforms-python-b"
    assert Path(config.root).resolve() == tmp_path / ".transforms"
    assert list(Project.open(tmp_path).transforms) == ["same_name_rows"]


def test_a_package_that_cannot_be_found_is_told_with_the_line_of_its_subproject(tmp_path):
    """Where the entry point is written."""
    write_subproject(tmp_path / "transforms-python", "moved_package")
    (tmp_path / "transforms-python" / "src" / "moved_package").rename(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match=r"transforms-python/src/setup\.py:8: .*moved_package"):
        _ = Project.open(tmp_path).transforms


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """And no declaration is no error."""
    assert declared_pipelines(tmp_path) is None
    (tmp_path / "setup.py").write_text("setup(")
    with pytest.raises(ConfigError, match=r"setup\.py cannot be read"):
        declared_pipelines(tmp_path)
