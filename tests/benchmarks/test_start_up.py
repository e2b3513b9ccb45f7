"""Importing and starting cost next to nothing."""

from __future__ import annotations

import subprocess
import sys

from tests.benchmarks.timing import process_seconds

HEAVY = ("pandas", "polars", "pyarrow", "deltalake", "pyspark", "plotly", "mlflow")


def test_importing_the_api(report):
    """The façade loads no data library."""
    loaded = subprocess.run(
        [sys.executable, "-c", f"import transforms.api, sys; print([m for m in {HEAVY} if m in sys.modules])"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert loaded.stdout.strip() == "[]"
    seconds = process_seconds("-c", "import transforms.api") - process_seconds("-c", "pass")
    report("import transforms.api", seconds * 1000, 150, "ms")


def test_help(report):
    """The command answers at once."""
    report("transforms --help, whole process", process_seconds("-m", "transforms", "--help") * 1000, 150, "ms")
