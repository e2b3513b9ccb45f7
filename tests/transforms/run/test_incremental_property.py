"""Whatever happens between and in the runs of incremental transforms, they leave what one run on everything does, or a model."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crash.conftest import crash_nursery
from tests.processes import Nursery
from tests.transforms.run.histories import ANYTHING, GROWING, KILLED, REWRITING, RUNNING, Step, happens, settle
from tests.transforms.run.lake_model import Lake
from transforms.api import Input, Output, incremental, transform
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store.store import Store
from transforms.testing import run_transform

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Begins what is killed."""
    made = crash_nursery()
    yield made
    made.close()


@settings(max_examples=20)
@given(st.lists(st.one_of(GROWING, RUNNING, RUNNING, KILLED, REWRITING, ANYTHING), min_size=4, max_size=16))
def test_any_history_ends_as_one_run_on_everything(nursery: Nursery, steps: list[Step]) -> None:
    """Row for row; a sum that goes on from the run before is the one that a plain loop comes to; runs go on where they can."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Store(Path(folder, "store")), nursery)
        for step in steps:
            happens(lake, step, "local")
        settle(lake, "local")


FILES = st.sampled_from(["add", "add", "change", "replace", "merge", "vacuum", "run", "run", "abort"])


@settings(max_examples=12)
@given(st.lists(FILES, max_size=10))
def test_any_history_of_files_ends_as_one_run_on_everything(steps: list[str]) -> None:
    """File for file; a run goes on unless a file went or took the place of another."""
    with tempfile.TemporaryDirectory() as folder:
        store, numbers, went = Store(Path(folder, "store")), count(), list[bool]()
        there, can_go_on, is_abort = {"0": "a"}, False, False

        @incremental()
        @transform.using(raw=Input("/raw"), out=Output("/out"))
        def copy(ctx: Any, raw: Any, out: Any) -> None:
            went.append(ctx.is_incremental)
            for status in raw.filesystem().ls():
                with raw.filesystem().open(status.path) as read, out.filesystem().open(status.path, "w") as write:
                    write.write(read.read().upper())
            if is_abort:
                ctx.abort_job()

        @transform.using(raw=Output("/raw"))
        def bring(raw: Any) -> None:
            raw.set_mode("replace" if step == "replace" else "modify")
            for path, text in new.items():
                with raw.filesystem().open(path, "w") as file:
                    file.write(text)

        put_frame(store, "master", "/raw", there)
        for step in [*steps, "run"]:
            table = DeltaTable(store.storage.uri(store.table_of(Resource("dataset", "/raw"), "master")))
            is_abort = step == "abort"
            new = {"0" if step == "change" else f"{next(numbers) + 1}": f"a{next(numbers)}"}
            if step == "merge":
                table.optimize.compact()
            elif step == "vacuum":
                table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
            elif step in ("run", "abort"):
                result = run_transform(copy, store=store)
                assert went.pop() == can_go_on or ("vacuum" in steps and can_go_on)
                if step == "run":
                    can_go_on = True
                    found = {path: text.decode() for path, text in result.outputs["out"].files().items()}
                    assert found == {path: text.upper() for path, text in there.items()}
            else:
                run_transform(bring, store=store)
                can_go_on &= step == "add" or (step == "change" and "0" not in there)
                there = new if step == "replace" else {**there, **new}
