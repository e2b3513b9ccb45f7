"""Any history of a table: what is told to be new is what a plain list of rows says, or it is told that nobody can tell."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, Field, write_deltalake
from deltalake.schema import PrimitiveType
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.engine.local.reading import read_arrow, scan_added
from transforms.engine.local.staging import stage_frame
from transforms.spec.resource import Resource
from transforms.store import merging
from transforms.store.additions import Additions, NotAdditive, additions, fingerprint_of, first_batch
from transforms.store.store import Store
from transforms.store.tables import at_version

pytestmark = pytest.mark.slow

A = "master/datasets/a"


class Moment(NamedTuple):
    """A table after one step of its history.

    Attributes:
        version: its version.
        rows: its rows, each a number of its own.
        removed: whether the step removed rows or columns.
        vacuumed: whether it deleted files that may be needed.
    """

    version: int
    rows: frozenset[int]
    removed: bool
    vacuumed: bool


class History:
    """A table, and beside it a plain set of the numbers that are its rows."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rows: frozenset[int] = frozenset()
        self.numbers, self.columns = count(), count()
        self.has_grown = False
        self.put("overwrite", 1)
        self.moments = [Moment(0, self.rows, False, False)]

    @property
    def table(self) -> DeltaTable:
        """The table, opened at its newest version."""
        return DeltaTable(self.store.storage.uri(A))

    def step(self, name: str) -> None:
        """Do one of the things that can happen to a table."""
        before = self.rows
        STEPS[name](self)
        removed = not before <= self.rows or (name.startswith("replace") and self.has_grown)
        self.has_grown = name == "column" or (self.has_grown and not name.startswith("replace"))
        self.moments.append(Moment(self.table.version(), self.rows, removed, name == "vacuum"))

    def new(self, rows: int) -> list[int]:
        """Take numbers that no row has had."""
        made = [next(self.numbers) for _ in range(rows)]
        self.rows |= frozenset(made)
        return made

    def put(self, mode: str, rows: int) -> None:
        """Commit rows with a job of the store."""
        if mode == "overwrite":
            self.rows = frozenset()
        transaction = self.store.begin("put", "master", [Resource("dataset", "/a")])
        frame = pl.DataFrame({"x": self.new(rows)}, schema={"x": pl.Int64}).with_columns(p=pl.col("x") % 2)
        change = stage_frame(transaction, A, frame, mode)  # type: ignore[arg-type]
        transaction.commit([change], {"dataset:/a": {"rows": rows}})

    def outside(self, rows: int) -> None:
        """Add rows with another program."""
        made = self.new(rows)
        frame = pa.table({"x": pa.array(made, pa.int64()), "p": pa.array([x % 2 for x in made], pa.int64())})
        write_deltalake(self.table, frame, mode="append", schema_mode="merge")

    def update(self) -> None:
        """Put another number in the place of the least."""
        if self.rows:
            least, (new,) = min(self.rows), self.new(1)
            self.rows -= {least}
            self.table.update({"x": str(new)}, predicate=f"x = {least}")

    def delete(self) -> None:
        """Take the row with the greatest number away."""
        if self.rows:
            greatest = max(self.rows)
            self.rows -= {greatest}
            self.table.delete(f"x = {greatest}")

    def grow(self) -> None:
        """Add a column."""
        self.table.alter.add_columns([Field(f"c{next(self.columns)}", PrimitiveType("long"))])

    def merge(self) -> None:
        """Merge small files as the store does."""
        merging.merge_small_files(self.store.storage, A, self.table)

    def vacuum(self) -> None:
        """Delete what no version needs any more but older ones."""
        self.table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)


STEPS: dict[str, Callable[[History], object]] = {
    "append": lambda history: history.put("append", 2),
    "append of nothing": lambda history: history.put("append", 0),
    "append by another program": lambda history: history.outside(2),
    "replace": lambda history: history.put("overwrite", 2),
    "replace by nothing": lambda history: history.put("overwrite", 0),
    "update": History.update,
    "delete": History.delete,
    "merge": History.merge,
    "optimize": lambda history: history.table.optimize.compact(),
    "vacuum": History.vacuum,
    "column": History.grow,
    "checkpoint": lambda history: history.table.create_checkpoint(),
}
ADDING = ["append", "append of nothing", "append by another program", "merge", "optimize", "column", "checkpoint"]


def rows_of(history: History, found: Additions) -> list[int]:
    """The rows that are told to be new, as the version at their end has them."""
    view = history.store.view_table(A)
    assert view is not None
    return sorted(scan_added(view, found.files).collect()["x"].to_list())


@settings(max_examples=40)
@given(st.lists(st.one_of(st.sampled_from(ADDING), st.sampled_from(list(STEPS))), max_size=12), st.data())
def test_any_history_is_told_right_or_not_at_all(steps, data):
    """Rows are new, each once, if none went meanwhile; only a vacuum may make that unknown."""
    with tempfile.TemporaryDirectory() as folder:
        history = History(Store(Path(folder, "store")))
        for step in steps:
            history.step(step)
        begin = data.draw(st.integers(0, len(steps)))
        since, later = history.moments[begin], history.moments[begin + 1 :]
        fingerprint = fingerprint_of(history.store.storage, A, since.version)
        found = additions(history.store.storage, A, since.version, history.table.version(), fingerprint=fingerprint)
        if any(moment.removed for moment in later):
            assert isinstance(found, NotAdditive)
        elif isinstance(found, NotAdditive):
            assert "vacuumed" in found.reason
            assert any(moment.vacuumed for moment in later)
        else:
            assert rows_of(history, found) == sorted(history.rows - since.rows)
            assert found.rows == len(history.rows - since.rows)


@settings(max_examples=15)
@given(st.lists(st.sampled_from(ADDING), max_size=12), st.integers(1, 3), st.integers(0, 3))
def test_batches_of_a_limited_number_of_versions_are_all_there_is_and_nothing_twice(steps, limit, replaced_after):
    """From the beginning on, each batch the rows that the version at its end has more than the one before."""
    with tempfile.TemporaryDirectory() as folder:
        history = History(Store(Path(folder, "store")))
        for number, step in enumerate(steps):
            history.step("replace" if number == replaced_after else step)
        storage, newest = history.store.storage, history.table.version()
        since = first_batch(storage, A, newest, limit)
        seen = Counter(rows_at(history, since))
        while since < newest:
            found = additions(storage, A, since, newest, limit=limit)
            assert isinstance(found, Additions)
            assert found.until > since
            assert len(found.versions) <= limit
            seen.update(rows_of(history, found))
            assert seen == Counter(rows_at(history, found.until))
            since = found.until
        assert seen == Counter(history.rows)


def rows_at(history: History, version: int) -> list[int]:
    """All rows of a version."""
    view = history.store.view_table(A)
    assert view is not None
    found: list[int] = read_arrow(at_version(view, version, history.store.app_id))["x"].to_pylist()
    return found
