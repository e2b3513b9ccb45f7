"""The files of the small project that ``transforms init`` writes."""

from __future__ import annotations

_PYPROJECT = """\
[project]
name = "{name}"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["transforms-on-delta"]

[dependency-groups]
test = ["pytest"]

[tool.transforms]
pipelines = ["pipelines"]

[tool.pytest.ini_options]
pythonpath = ["."]
"""

_PIPELINES = '''\
"""Everything that ``transforms build`` builds."""

from transforms.api import Pipeline

from pipelines import readings

pipeline = Pipeline()
pipeline.discover_transforms(readings)
'''

_READINGS = '''\
"""Daily means of a thermometer."""

import polars as pl
from transforms.api import Input, Output, transform


@transform.using(
    means=Output("/sample/daily_means"),
    readings=Input("/sample/readings"),
)
def daily_means(readings, means):
    frame = readings.polars()
    means.write_table(
        frame.drop_nulls("celsius").group_by("day").agg(pl.col("celsius").mean()).sort("day"),
        column_descriptions={"celsius": "mean of the day, in degrees Celsius"},
    )
'''

_TEST = '''\
"""What the transform must do, tried on three rows."""

from transforms.testing import run_transform

from pipelines.readings import daily_means


def test_a_missing_reading_does_not_count():
    rows = [
        {"day": "2026-01-01", "celsius": 1.0},
        {"day": "2026-01-01", "celsius": None},
        {"day": "2026-01-01", "celsius": 3.0},
    ]

    result = run_transform(daily_means, {"readings": rows})

    assert result.outputs["means"].rows() == [{"day": "2026-01-01", "celsius": 2.0}]
'''

_DATA = """\
day,celsius
2026-01-01,1.5
2026-01-01,2.5
2026-01-02,
2026-01-02,4.0
2026-01-03,-0.5
"""


def sample_files(name: str) -> dict[str, str]:
    """Return the text of every file of the sample project, by its path.

    :param name: the project's name.
    """
    return {
        "pyproject.toml": _PYPROJECT.format(name=name),
        ".gitignore": ".transforms/\n__pycache__/\n",
        "pipelines/__init__.py": _PIPELINES,
        "pipelines/readings.py": _READINGS,
        "tests/test_readings.py": _TEST,
        "data/readings.csv": _DATA,
    }
