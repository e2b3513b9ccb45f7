"""What pytest reports of errors that the framework raises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).parents[3]
TEST = """
import polars as pl
from transforms.api import Output, transform

@transform.using(out=Output("/t/out"))
def writes(out):
    out.set_mode("apend")

def test_it(run_transform):
    run_transform(writes)
"""


@pytest.mark.parametrize(("options", "whole"), [((), False), (("--full-trace",), True)])
def test_a_failure_ends_at_the_line_of_the_test_that_met_it(
    tmp_path: Path, options: tuple[str, ...], whole: bool
) -> None:
    """No frame of the framework, unless everything is asked for."""
    (tmp_path / "test_it.py").write_text(TEST)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "transforms.testing.plugin", *options]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert 'out.set_mode("apend")' in done.stdout
    assert "at test_it.py:7, in writes" in done.stdout
    assert ("transforms/testing/run.py" in done.stdout) is whole
    assert "transforms/run/writer.py" not in done.stdout
