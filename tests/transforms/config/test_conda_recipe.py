"""What a Foundry repository asks for, read from a recipe that is a template of YAML."""

from __future__ import annotations

import pytest

from transforms.config.conda_recipe import asked_packages
from transforms.errors import ConfigError

RECIPE = """\
# If you need to modify the runtime requirements for your package, update 'requirements.run'
package:
  name: "{{ PACKAGE_NAME }}"
requirements:
  build:
    - python 3.9.*
    - setuptools
    - not-at-run-time
  # Any extra packages required to run your package.
  run:
    - python 3.9.*
    - transforms {{ PYTHON_TRANSFORMS_VERSION }}
    - transforms-expectations
    - palantir_models >=0.1
    - openjdk 17.*
    - pandas
    {% if true %}
    - scikit_learn >=1.2,<2  # why
    {% endif %}
    - "pytorch =2.1"
    - numpy 1.26.*
    - xgboost 1.7.5
    - strange [build=cpu]
    - {{ wholly_filled_in }}

build:
  script: python setup.py install
test:
  requires:
    - pytest
"""


@pytest.mark.parametrize("form", [RECIPE, RECIPE.replace("    - ", "  - "), RECIPE.replace("\n", "\r\n")])
def test_what_runs_is_listed_with_its_line(tmp_path, form):
    """Without the interpreter, and what this package stands for; names and versions as pip writes them."""
    (tmp_path / "conda_recipe").mkdir()
    (tmp_path / "conda_recipe" / "meta.yaml").write_text(form)
    assert [(package.name, package.version, package.line) for package in asked_packages(tmp_path)] == [
        ("pandas", "", 16),
        ("scikit-learn", ">=1.2,<2", 18),
        ("torch", "==2.1.*", 20),
        ("numpy", "==1.26.*", 21),
        ("xgboost", "==1.7.5", 22),
        ("strange", "", 23),
    ]


def test_a_list_in_one_line_is_read_and_no_recipe_asks_for_nothing(tmp_path):
    """As people write it by hand."""
    assert asked_packages(tmp_path) == []
    (tmp_path / "conda_recipe").mkdir()
    recipe = tmp_path / "conda_recipe" / "meta.yaml"
    recipe.write_text("requirements:\n  run: [python, pandas, polars 1.*]\n")
    assert [package.name for package in asked_packages(tmp_path)] == ["pandas", "polars"]
    recipe.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="meta.yaml cannot be read"):
        asked_packages(tmp_path)
