"""What differs between two versions of a dataset."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.errors import UsageError
from transforms.run.diff import ColumnChange, DatasetDiff, diff
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store.store import Store


def compared(store: Store, before: Any, after: Any, **options: Any) -> DatasetDiff:
    """Compare what is put first with what is put then."""
    views = []
    for content in (before, after):
        entry = put_frame(store, "master", "/d", content)
        found = store.view(Resource("dataset", "/d"), "master", until=entry.seq)
        assert found is not None
        views.append(found[0])
    return diff(*views, **options)


def test_rows_are_told_by_their_key(anywhere: Store) -> None:
    """Added, removed, changed with both values; null and NaN are equal to themselves. In a folder and in a bucket."""
    before = pl.DataFrame({"id": [1, 2, 3, None], "x": [1.0, None, float("nan"), 4.0], "y": [["a"], ["b"], None, []]})
    after = pl.DataFrame({"id": [1, 2, None, 5], "x": [1.0, 7.0, 4.0, 5.0], "y": [["c"], ["b"], [], None]})
    found = compared(anywhere, before, after, key=["id"])
    assert (found.added, found.removed, found.changed, found.counts) == (1, 1, 2, (4, 4))
    assert found.added_rows == [{"id": 5, "x": 5.0, "y": None}]
    assert [row["id"] for row in found.removed_rows] == [3]
    assert found.changed_rows == [({"id": 1}, {"y": (["a"], ["c"])}), ({"id": 2}, {"x": (None, 7.0)})]


def test_without_a_key_rows_come_and_go_as_a_whole(store: Store) -> None:
    """As often as they are there."""
    found = compared(store, pl.DataFrame({"x": [1, 1, 2, None]}), pl.DataFrame({"x": [1, 2, 2, 3, None]}))
    assert (found.added, found.removed, found.changed) == (2, 1, None)
    assert (found.added_rows, found.removed_rows) == ([{"x": 2}, {"x": 3}], [{"x": 1}])


def test_columns_that_differ_are_told_and_not_compared(store: Store) -> None:
    """New ones, those that went, and those of another type."""
    before = pl.DataFrame({"id": [1], "gone": [1], "kind": [1]})
    found = compared(store, before, pl.DataFrame({"id": [1], "kind": ["1"], "new": [2]}), key=["id"])
    assert found.columns == (
        ColumnChange("gone", "long", None),
        ColumnChange("kind", "long", "string"),
        ColumnChange("new", None, "long"),
    )
    assert (found.added, found.removed, found.changed) == (0, 0, 0)


def test_raw_files_are_told_by_path_and_sum(store: Store) -> None:
    """One that is written anew with the same bytes is the same file."""
    found = compared(store, {"a": "1", "b": "2", "c": "3"}, {"b": "2", "c": "4", "d": "5"})
    assert (found.kind, found.added, found.removed, found.changed) == ("files", 1, 1, 1)
    assert [row["path"] for row in (*found.added_rows, *found.removed_rows)] == ["d", "a"]
    ((key, values),) = found.changed_rows
    assert key == {"path": "c"}
    assert values.keys() == {"sha256"}


@pytest.mark.parametrize(
    ("before", "after", "key", "said"),
    [
        ({"x": [1, 1]}, {"x": [1]}, ["x"], "2 rows have x=1"),
        ({"x": [1]}, {"x": [2, 2]}, ["x"], "2 rows have x=2"),
        ({"order": [1]}, {"order": [1]}, ["ordr"], "Did you mean 'order'"),
        ({"x": [1]}, {"x": ["1"]}, ["x"], "no column that both versions"),
        ({"x": [1]}, {"y": [1]}, [], "no column of one name and type"),
    ],
)
def test_what_cannot_be_compared_is_refused(store: Store, before: Any, after: Any, key: list[str], said: str) -> None:
    """In words that say what to type instead."""
    with pytest.raises(UsageError, match=said):
        compared(store, pl.DataFrame(before), pl.DataFrame(after), key=key)


def test_rows_and_files_cannot_be_compared(store: Store) -> None:
    """They have nothing in common."""
    with pytest.raises(UsageError, match="holds rows at version 0 and raw files at version 1"):
        compared(store, pl.DataFrame({"x": [1]}), {"a": "1"})


ROWS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "a", "b"])), max_size=8)


@settings(max_examples=25)
@given(before=ROWS, after=ROWS)
def test_any_two_versions_differ_by_what_was_added_and_removed(
    tmp_path_factory: pytest.TempPathFactory, before: list[Any], after: list[Any]
) -> None:
    """With all rows shown: what was there, without what went, with what came, is what is there."""
    store, schema = Store(tmp_path_factory.mktemp("store")), {"x": pl.Int64, "y": pl.String}
    frames = [pl.DataFrame(rows, schema=schema, orient="row") for rows in (before, after)]
    found = compared(store, *frames, limit=100)
    was, now = Counter(before), Counter(after)
    assert (found.added, found.removed) == ((now - was).total(), (was - now).total())
    assert {(row["x"], row["y"]) for row in found.added_rows} == set(now - was)
    assert {(row["x"], row["y"]) for row in found.removed_rows} == set(was - now)
