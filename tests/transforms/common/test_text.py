"""Numbers with their nouns, and first lines."""

from __future__ import annotations

import pytest

from transforms.common.text import counted, first_line


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 rows"), (1, "1 row"), (1204, "1,204 rows")], ids=["none", "one", "thousands"]
)
def test_a_number_has_its_noun_in_the_right_form(number: int, text: str) -> None:
    """One is singular; thousands are grouped."""
    assert counted(number, "row") == text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("\n  first  \nsecond"), "first"),
        (ValueError(""), "ValueError"),
        (KeyError(), "KeyError"),
    ],
    ids=["after an empty line", "empty", "without arguments"],
)
def test_an_error_has_a_first_line_also_where_it_says_nothing(error: Exception, text: str) -> None:
    """Then it is the name of its type."""
    assert first_line(error) == text
