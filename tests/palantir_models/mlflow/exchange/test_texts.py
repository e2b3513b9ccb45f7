"""Hyperparameters as text, and back."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from palantir_models.experiment.values import Parameter
from palantir_models.mlflow.exchange.texts import LONGEST, parameter_text, typed


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
    assert typed(text) == Parameter(type_, value)


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
    assert parameter_text(typed(text).value) == text


def test_a_long_text_is_cut_to_what_every_mlflow_takes() -> None:
    """With a sign that it was."""
    text = parameter_text("x" * (LONGEST + 1))
    assert len(text) == LONGEST
    assert text.endswith("…")
