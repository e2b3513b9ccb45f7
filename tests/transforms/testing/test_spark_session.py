"""The fixture ``spark_session``: Spark's session of the jobs, or a word of why there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from transforms.api import Input, Output, transform_df

SOURCE = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def rates(spark_session):
    """A frame that all tests share, as the session's is."""
    return spark_session.createDataFrame([("EUR", 1.0), ("CHF", 0.9)], "currency string, rate double")


def test_jobs_have_the_session_of_the_fixture_on_spark(
    needs_spark, run_transform, spark_session, rates, assert_table_equal
):
    """So frames of a test can be its inputs, and a function can be called with them."""
    sessions = []

    @transform_df(Output("/out"), rates=Input("/rates"))
    def weak(ctx, rates):
        sessions.append(ctx.spark_session if ctx else None)
        return rates.filter("rate < 1")

    result = run_transform(weak, {"rates": rates})
    assert sessions[0].sparkContext is spark_session.sparkContext
    assert_table_equal(result.output, [{"currency": "CHF", "rate": 0.9}])
    assert_table_equal(weak(None, rates), result.output.dataframe())


def test_little_data_has_few_partitions_on_spark(needs_spark, spark_session, rates):
    """And no page of Spark's, and no progress bar."""
    assert rates.groupBy("currency").count().rdd.getNumPartitions() <= 2
    assert spark_session.conf.get("spark.ui.enabled") == "false"


WITHOUT_JAVA = "import transforms.engine.spark.installation as installation\ninstallation.find_java = lambda: None\n"
TEST = "def test_it(spark_session):\n    assert spark_session is not None\n\ndef test_other():\n    pass\n"


def test_without_java_a_test_is_left_out_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(WITHOUT_JAVA)
    (tmp_path / "test_it.py").write_text(TEST)
    command = [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", "-p", "transforms.testing.plugin"]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert "1 passed, 1 skipped" in done.stdout
    assert "Spark needs Java 17 or newer, and there is no Java. Run: " in done.stdout
