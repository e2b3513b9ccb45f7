"""What somebody waits for all day: a plan in which nothing has changed, a test of a transform, and pytest's own start."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.benchmarks.timing import median_seconds, process_seconds
from transforms.api import Input, Output, transform_polars
from transforms.run.job import JobOptions, run_job
from transforms.run.project import Project
from transforms.run.put_frame import put_frame
from transforms.testing import run_transform

MODULES, EACH, INPUTS = 200, 5, 10
HELPER = "import polars as pl\n{above}\n\ndef kept(frame):\n    return frame.filter(pl.col('x') > {number})\n"
JOBS = """
from transforms.api import Input, Output, transform_polars
from many.helpers.h{number} import kept

def make(number):
    @transform_polars(Output(f"/out/{{number}}"), raw=Input(f"/raw/{{number % {inputs}}}"))
    def compute(raw):
        return kept(raw)
    return compute

TRANSFORMS = [make({number} * {each} + part) for part in range({each})]
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project of 1,000 transforms in 200 modules, each of which imports one of 200 helpers that import each other; built."""
    folder = tmp_path_factory.mktemp("many")
    for package in ("many", "many/jobs", "many/helpers"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").touch()
    for number in range(MODULES):
        above = f"from many.helpers.h{number - 1} import kept as before" if number % 20 else ""
        (folder / f"many/helpers/h{number}.py").write_text(HELPER.format(above=above, number=number))
        (folder / f"many/jobs/j{number}.py").write_text(JOBS.format(number=number, inputs=INPUTS, each=EACH))
    (folder / "many/__init__.py").write_text(
        "from transforms.api import Pipeline\nfrom many import jobs\npipeline = Pipeline()\npipeline.discover_transforms(jobs)\n"
    )
    (folder / "pyproject.toml").write_text('[tool.transforms]\npipelines = ["many"]\n')
    path = list(sys.path)
    project = Project.open(folder)
    for number in range(INPUTS):
        put_frame(project.store, "master", f"/raw/{number}", pl.DataFrame({"x": [number, 500]}))
    for name, made in project.transforms.items():
        assert run_job(made, project.store, project.config, JobOptions(name=name)).error is None
    yield folder
    sys.path[:] = path
    for name in [name for name in sys.modules if name.partition(".")[0] == "many"]:
        del sys.modules[name]


def test_a_plan_in_which_nothing_has_changed(built: Path, report) -> None:
    """The whole command, from the shell; and what of it is telling which of the code is stale, once it is imported."""
    said = subprocess.run(
        [sys.executable, "-m", "transforms", "plan"], cwd=built, capture_output=True, text=True, check=True
    )
    assert f"0 jobs to build, {MODULES * EACH} fresh" in said.stdout
    seconds = process_seconds("-m", "transforms", "plan", rounds=5, cwd=str(built))
    report(f"transforms plan, {MODULES * EACH:,} fresh transforms, whole process", seconds, 1.5, "s")

    def plan() -> None:
        assert {job.action for job in Project.open(built).plan().jobs} == {"fresh"}

    report(f"staleness of {MODULES} modules that are imported", median_seconds(plan, 5, warm_up=1), 0.5, "s")


@transform_polars(Output("/out"), raw=Input("/raw"))
def small(raw: pl.DataFrame) -> pl.DataFrame:
    """Keep what is positive."""
    return raw.filter(pl.col("x") > 0)


def test_a_test_of_a_small_transform(report) -> None:
    """With its input brought in and its output read, in a store of its own."""
    seconds = median_seconds(lambda: run_transform(small, {"raw": [{"x": 1}, {"x": -1}]}).output.rows())
    report("run_transform of a small Polars transform", seconds * 1000, 30, "ms")


def test_what_the_plugin_adds_to_pytest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report) -> None:
    """In a project whose tests do not use it."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n")
    collect = ("-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider")
    differences = [
        process_seconds(*collect, "-p", "transforms.testing.plugin", rounds=1, cwd=str(tmp_path))
        - process_seconds(*collect, rounds=1, cwd=str(tmp_path))
        for _ in range(7)  # each pair in the same moment of a busy machine
    ]
    seconds = statistics.median(differences)
    report("pytest --collect-only, what the plugin adds", seconds * 1000, 100, "ms")
