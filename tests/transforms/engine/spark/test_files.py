"""Files put together in partitions of about equal size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.engine.spark.files import packed
from transforms.errors import UsageError

SIZES = st.lists(st.integers(0, 50), max_size=40)


@given(sizes=SIZES, heuristic=st.sampled_from([None, "ffd", "wfd"]), cost=st.integers(0, 5))
def test_every_file_is_in_one_group_and_none_is_overfull(sizes, heuristic, cost):
    groups = packed([(size, index) for index, size in enumerate(sizes)], 60, cost, heuristic)
    assert sorted(index for group in groups for index in group) == list(range(len(sizes)))
    for group in groups:
        assert group
        assert len(group) == 1 or sum(sizes[index] + cost for index in group) <= 60
    if heuristic is None:
        assert [index for group in groups for index in group] == list(range(len(sizes))), "the order is kept"


def test_what_the_heuristics_differ_in():
    sizes = [(50, "a"), (40, "b"), (10, "c"), (10, "d")]
    assert packed(sizes, 60, 0, "ffd") == [["a", "c"], ["b", "d"]]
    assert packed(sizes, 60, 0, "wfd") == [["a", "d"], ["b", "c"]]


def test_another_heuristic_is_refused():
    with pytest.raises(UsageError, match="'ffd', 'wfd' or None; got 'xxl'"):
        packed([], 1, 0, "xxl")
