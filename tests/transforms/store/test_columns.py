"""Names that columns may not have are refused all at once, each with one that may be had."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import DataError
from transforms.store.columns import RENAMING, allowed_names, check_names, folded

TEXTS = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(" ,;{}()=\t\n\r\0\ufeff\u2028_aA\u212ak")))


def test_every_bad_name_is_told_with_a_way_on():
    """What is wrong, with each, and the call that renames them."""
    with pytest.raises(DataError) as raised:
        check_names(["fine", "a b", "x\r", "tab\there", "K", "\u212a"], "/d", RENAMING["pandas"])
    text = str(raised.value)
    for part in (r"'a b' (a space)", r"'x\r' (a carriage return)", r"'tab\there' (a tab)", "'K' and '\u212a'"):
        assert part in text
    assert "df.rename(columns={'a b': 'a_b', 'x\\r': 'x', 'tab\\there': 'tab_here', '\u212a': '\u212a_2'})" in text


@pytest.mark.parametrize("letter", [*map(chr, range(32)), "\x7f", "\x85", "\u2028", "\u2029", "\ufeff", "\ud800", " "])
def test_a_name_with_a_control_character_is_refused(letter):
    """A tab and a line feed are not the only ones."""
    with pytest.raises(DataError, match="'ab' *}|'a_b'"):
        check_names([f"a{letter}b"], "/d")


@pytest.mark.parametrize("name", ["a.b", "a'b", 'a"b', "a\\b", "a/b", "*", "^.*$", "é", "\U0001f600", "a\u200db"])
def test_other_letters_are_taken(name):
    """Readers quote them."""
    check_names([name, "x"], "/d")


def test_long_lists_are_cut_and_say_so():
    """The message stays readable."""
    with pytest.raises(DataError, match="and 10 more"):
        check_names([f"c {number}" for number in range(30)], "/d")


@given(st.lists(st.one_of(TEXTS, st.integers(), st.none(), st.tuples(TEXTS, TEXTS)), max_size=6))
def test_the_names_offered_can_be_stored(names):
    """For every list of labels there is one of distinct names, which keeps those that were fine."""
    better = allowed_names(names)
    check_names(better, "/d")
    assert len({folded(name) for name in better}) == len(names)
    try:
        check_names(names, "/d", RENAMING["polars"])
    except DataError:
        assert better != names
    else:
        assert better == names


def test_names_that_look_like_patterns_are_columns_of_their_own(store, commit):
    """Polars reads ``*`` and ``^…$`` as patterns where a column is meant."""
    frame = pl.DataFrame({"*": [1], "^.*$": [2], "x": ["a"]}, schema={"*": pl.UInt8, "^.*$": pl.UInt32, "x": pl.String})
    commit({"/d": frame})
    table = pl.read_delta(str(store.root / "master/datasets/d"))
    assert (table.rows(), table.dtypes) == ([(1, 2, "a")], [pl.Int16, pl.Int64, pl.String])
