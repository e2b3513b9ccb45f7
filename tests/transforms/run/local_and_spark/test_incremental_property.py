"""Histories of incremental transforms whose runs go on from each other on either engine."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.run.histories import ANYTHING, GROWING, REWRITING, RUNNING, Step, happens, settle
from tests.transforms.run.lake_model import Lake
from transforms.store.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("spark")]


@settings(max_examples=2)
@given(
    steps=st.lists(
        st.tuples(st.one_of(GROWING, RUNNING, RUNNING, REWRITING, ANYTHING), st.booleans()), min_size=3, max_size=6
    )
)
def test_any_history_ends_as_one_run_on_everything_whichever_engine_runs_it(steps: list[tuple[Step, bool]]) -> None:
    """Row for row; what one engine has left, the other goes on from."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Store(Path(folder, "store")))
        for step, on_spark in steps:
            happens(lake, step, "spark" if on_spark else "local")
        settle(lake, "spark", ["dev"])
