"""Parameters: a text becomes a value only where there is no doubt, and can always be had back."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from palantir_models.experiment.values import Parameter, parameter
from palantir_models.mlflow.parameter_texts import LONGEST, parameter_text, typed

values = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats()


@given(values)
def test_what_str_wrote_is_read(value: bool | int | float) -> None:
    """Every bool, int of 64 bits and float comes back as what it was."""
    found = typed(str(value))
    assert type(found) is type(value)
    assert found == value or value != value


@given(st.text() | st.from_regex(r"[+-]?[0-9_]{1,25}(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?", fullmatch=True))
def test_the_text_can_be_had_back(text: str) -> None:
    """Whatever a text becomes, it is what ``str`` makes of it, and can be stored."""
    value = typed(text)
    assert str(value) == text
    if text.isascii():
        assert str(parameter("p", value).value) == text


@pytest.mark.parametrize(
    "text",
    ["None", "true", "1e3", "1E-05", "007", "+1", " 1", "1_000", "-0", "1.", ".5", "0.10", "", "2" * 40, "[1, 2]", "٣"]
    + [str(2**63), "Infinity", "NaN", "9" * 5000],
)
def test_what_is_in_doubt_stays_text(text: str) -> None:
    """Anything else is kept as it is."""
    assert typed(text) == text


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("1", "integer", 1),
        ("-7", "integer", -7),
        ("0.5", "double", 0.5),
        ("1e-05", "double", 1e-5),
        ("inf", "double", math.inf),
        ("True", "boolean", True),
        ("true", "string", "true"),
        ("01", "string", "01"),
        ("1_000", "string", "1_000"),
        ("0.50", "string", "0.50"),
        (" 1", "string", " 1"),
        ("None", "string", "None"),
        ("2026-01-02", "string", "2026-01-02"),
        (str(2**63), "string", str(2**63)),
        ("", "string", ""),
    ],
)
def test_text_gets_a_type_only_without_doubt(text: str, type_: str, value: object) -> None:
    """When Python would write the value just so."""
    assert parameter("p", typed(text)) == Parameter(type_, value)


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
    | st.floats().map(str)
    | st.integers().map(str)
)
@example("-0")
@example("nan")
@example("1E5")
def test_what_came_as_text_goes_back_as_the_same_text(text: str) -> None:
    """Whatever type it got meanwhile."""
    assert parameter_text(parameter("p", typed(text)).value) == text


def test_a_long_text_is_cut_to_what_every_mlflow_takes() -> None:
    """With a sign that it was."""
    text = parameter_text("x" * (LONGEST + 1))
    assert len(text) == LONGEST
    assert text.endswith("…")
