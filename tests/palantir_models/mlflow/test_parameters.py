"""Parameters: a text becomes a value only where there is no doubt, and can always be had back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.experiment.values import parameter
from palantir_models.mlflow.parameters import typed

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
