"""Which texts become numbers."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from transforms.run.incoming.inferred_types import typed
from transforms.run.incoming.options import TableOptions

NUMBERS: list[tuple[list[str], list[Any]]] = [
    (["0", "-1", "9223372036854775807", "-9223372036854775808"], [0, -1, 2**63 - 1, -(2**63)]),
    (["0.5", "-1.0", "3.14"], [0.5, -1.0, 3.14]),
    (["1", "2.5", "1000"], [1.0, 2.5, 1000.0]),
    (["1e-07", "1e+16", "0.25"], [1e-7, 1e16, 0.25]),
    (["0.5", "inf", "-inf"], [0.5, float("inf"), float("-inf")]),
    (["true", "false"], [True, False]),
    (["TRUE", "TRUE"], [True, True]),
]


@pytest.mark.parametrize(("texts", "values"), NUMBERS, ids=lambda case: str(case[0]))
def test_a_text_that_a_value_writes_again_becomes_it(texts: list[str], values: list[Any]) -> None:
    """Whole numbers of 64 bits, floats, whole numbers among floats, and booleans."""
    made, doubt = typed(pl.Series([*texts, None]), TableOptions())

    assert made.to_list() == [*values, None]
    assert [type(value) for value in made.drop_nulls()] == [type(value) for value in values]
    assert doubt is None


@pytest.mark.parametrize(
    "text",
    [
        "01234",
        "007",
        "+1",
        "-0",
        "1.10",
        "1E5",
        "1e5",
        ".5",
        "5.",
        "1,000",
        "1_000",
        "0x10",
        " 1",
        "1 ",
        "",
        "00",
        "-01",
    ]
    + ["12345678901234567890", "-9223372036854775809", "0.12345678901234567890", "1d", "1f", "1L", "\u0661", "Infinity"]
    + ["2026-01-01", "12:30", "2026-01-01T00:00:00Z", "1/2", "50%", "$5", "(5)", "-", "null", "None", "yes", "True1"],
)
def test_any_other_text_stays_and_keeps_its_column_text(text: str) -> None:
    """However many numbers stand beside it."""
    for beside in ([], ["1", "2"], ["0.5"]):
        made, _ = typed(pl.Series([*beside, text]), TableOptions())

        assert made.to_list() == [*beside, text]


@pytest.mark.parametrize("texts", [["nan"], ["inf", "-inf"], ["NaN", "nan"], ["true", "True"], ["true", "1"]])
def test_words_alone_are_no_numbers(texts: list[str]) -> None:
    """A column of floats has a finite one; one of booleans is written in one way."""
    assert typed(pl.Series(texts), TableOptions())[0].to_list() == texts


@pytest.mark.parametrize(
    "texts", [["1", "1.0", "2.5"], ["0.0", "-0.0"], ["1e-07", "1e-7"], ["0.5", "9007199254740993"]]
)
def test_two_texts_never_become_one_number(texts: list[str]) -> None:
    """Each of them could be a number if the others were not there."""
    made, doubt = typed(pl.Series(texts), TableOptions())

    assert made.to_list() == texts
    assert doubt is not None


@pytest.mark.parametrize(
    ("options", "texts", "values"),
    [
        (TableOptions(decimal=","), ["1,5", "-2,50", "3", "4,00"], [1.5, -2.5, 3.0, 4.0]),
        (TableOptions(decimal=","), ["4,00", "5,00"], [4.0, 5.0]),
        (TableOptions(decimal=",", thousands="."), ["1.234,5", "12.345.678", "7"], [1234.5, 12345678.0, 7.0]),
        (TableOptions(thousands=","), ["1,234", "999", "1234"], [1234, 999, 1234]),
        (TableOptions(decimal=","), ["1.5", "2,5"], None),
        (TableOptions(decimal=",", thousands="."), ["1.23,4"], None),
        (TableOptions(decimal=","), ["01,5"], None),
        (TableOptions(thousands=","), ["1,23", "4"], None),
    ],
)
def test_numbers_are_written_as_the_options_say(
    options: TableOptions, texts: list[str], values: list[Any] | None
) -> None:
    """With zeros at the end where decimals are said to be written so; what is written in another way stays text."""
    assert typed(pl.Series(texts), options)[0].to_list() == (texts if values is None else values)
