"""What tests of jobs on both engines share."""

from __future__ import annotations

import pytest

from tests.transforms.run.local_and_spark.engines import ENGINES, Engine


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    if request.param == "spark":
        request.getfixturevalue("spark")
    found: Engine = ENGINES[request.param]
    return found
