"""What Spark raises in a job's function is told in a sentence, with the user's line and without Java's stack."""

from __future__ import annotations

from typing import Any

import pytest

Shell = Any

JOBS = """
    from pyspark.sql import functions as F
    from transforms.api import Output, Pipeline, transform

    @transform(out=Output("/out"))
    def fail(ctx, out):
        spark = ctx.spark_session
        rows = spark.range(3)
        {statement}

    pipeline = Pipeline()
    pipeline.add_transforms(fail)
"""


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("rows.rdd.map(lambda row: row.id / 0).collect()", "ZeroDivisionError: division by zero, raised in <lambda>"),
        ("rows.select('nope')", "with name `nope` cannot be resolved"),
        ("spark.sql('selec 1')", "Syntax error at or near 'selec'"),
        ("spark._jvm.java.lang.Integer.parseInt('x')", 'For input string: "x"'),
        ("spark._jvm.java.util.ArrayList(-1)", "Illegal Capacity: -1"),
    ],
)
def test_an_error_in_a_function(shell: Shell, spark: Any, statement: str, reason: str) -> None:
    shell.write(JOBS.format(statement=statement))
    result = shell.run("build")
    assert result.exit_code == 1
    first, line = result.stderr.splitlines()
    assert first.startswith(f"error: fail ({shell.module}.py:")
    assert reason in first
    assert line.startswith(f"  at {shell.module}.py:")
    assert line.endswith(f": {statement}")
    (job,) = shell.json("build", code=1)["jobs"]
    assert reason in job["error"]
    assert "\n" not in job["error"]
