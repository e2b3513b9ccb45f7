"""Configuration: where it comes from, what wins, what is refused."""

from __future__ import annotations

import pytest

from transforms.config import load_config
from transforms.errors import ConfigError
from transforms.spec.resource import Resource


def project(folder, text):
    """Write a pyproject.toml."""
    (folder / "pyproject.toml").write_text(f"[tool.transforms]\n{text}\n")
    return folder


def test_defaults_beside_the_nearest_pyproject(tmp_path):
    """Found upward; the root is a hidden folder beside it."""
    project(tmp_path, "")
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    config = load_config(deep, {})
    assert (config.project, config.root) == (tmp_path, str(tmp_path / ".transforms"))
    assert config.fallback_branches == ("master",)


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path):
    """In the documented order."""
    project(tmp_path, 'root = "file"\npipelines = ["a"]')
    assert load_config(tmp_path, {}).root == str(tmp_path / "file")
    environment = {"TRANSFORMS_ROOT": "env", "TRANSFORMS_PIPELINES": "b, c", "OTHER": "x"}
    config = load_config(tmp_path, environment)
    assert (config.root, config.pipelines) == (str(tmp_path / "env"), ("b", "c"))
    assert load_config(tmp_path, environment, root="/flag").root == "/flag"


def test_aliases_stand_for_others(tmp_path):
    """Datasets and models each have their own table."""
    config = load_config(
        project(tmp_path, '[tool.transforms.inputs]\nraw = "/real"\n[tool.transforms.models]\nm = "/model"'), {}
    )
    assert config.resolve(Resource("dataset", "raw")).alias == "/real"
    assert config.resolve(Resource("model", "m", "b")) == Resource("model", "/model", "b")
    assert config.resolve(Resource("model", "raw")).alias == "raw"


@pytest.mark.parametrize(
    ("text", "environment", "words"),
    [
        ('rooot = "x"', {}, "Did you mean 'root'"),
        ("", {"TRANSFORMS_ROTO": "x"}, "TRANSFORMS_ROTO"),
        ("root = 3", {}, "root must be text"),
        ("fallback_branches = 3", {}, "list of names"),
        ('model_code = "projet"', {}, "'version' or 'project'; got 'projet'. Did you mean 'project'"),
        ('limits = "many"', {}, "table"),
        ("", {"TRANSFORMS_LIMITS": "1"}, "pyproject.toml only"),
        ("root = ", {}, "cannot be read"),
    ],
)
def test_what_is_refused(tmp_path, text, environment, words):
    """Unknown settings name the nearest, wrong values what is wanted, broken files the place."""
    with pytest.raises(ConfigError, match=words):
        load_config(project(tmp_path, text), environment)
