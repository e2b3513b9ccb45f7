"""Whatever happens between and in the runs of incremental transforms, they leave what one run on everything does, or a model."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crash.conftest import crash_nursery
from tests.processes import Nursery
from tests.transforms.run.histories import ANYTHING, GROWING, KILLED, REWRITING, RUNNING, Step, happens, settle
from tests.transforms.run.lake_model import Lake
from transforms.store.store import Store

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Begins what is killed."""
    made = crash_nursery()
    yield made
    made.close()


@settings(max_examples=25)
@given(st.lists(st.one_of(GROWING, RUNNING, RUNNING, KILLED, REWRITING, ANYTHING), min_size=4, max_size=16))
def test_any_history_ends_as_one_run_on_everything(nursery: Nursery, steps: list[Step]) -> None:
    """Row for row; a sum that goes on from the run before is the one that a plain loop comes to; runs go on where they can."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Store(Path(folder, "store")), nursery)
        for step in steps:
            happens(lake, step, "local")
        settle(lake, "local")
