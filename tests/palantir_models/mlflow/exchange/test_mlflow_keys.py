"""Names of ours as MLflow takes them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from palantir_models.mlflow.exchange.mlflow_keys import file_key, key

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=300) | st.text("_x2f/.% a", min_size=1, max_size=12)


@pytest.mark.parametrize("name", ["loss", "train/loss", "a.b-c_d e", "läß", "x:y", "_x", "a_x_b"])
def test_most_names_stay_as_they_are(name: str) -> None:
    """Whatever MLflow takes is not touched."""
    assert key(name) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("loss %", "loss _x25_"),
        ("a//b", "a_x2f__x2f_b"),
        ("..", "_x2e_."),
        ("/a", "_x2f_a"),
        ("a_x2f_b", "a_x5f_x2f_b"),
        ("a\n", "a_xa_"),
    ],
)
def test_what_is_refused_is_spelled(name: str, expected: str) -> None:
    """In hexadecimal; so is what looks like it."""
    assert key(name) == expected


@given(NAMES)
@example("." * 251)
def test_mlflow_takes_every_key(name: str) -> None:
    """By its own rules for characters, paths and length."""
    from mlflow.utils.validation import path_not_unique, validate_param_and_metric_name

    for made in (key(name), file_key(name)):
        assert validate_param_and_metric_name(made.replace("~", "/"))
        assert not path_not_unique(made) or made == file_key(name)
        assert 0 < len(made) <= 250
    assert file_key(name).isascii()
    assert "/" not in file_key(name)


@given(NAMES, NAMES)
@example("a%", "a_x25_")
@example("/a", "_x2f_a")
@example("a/b", "a~b")
@example("_x%", "_x5f_x_x25_")
def test_two_names_never_become_one(one: str, other: str) -> None:
    """Neither as keys nor as files."""
    assert (key(one) == key(other)) == (one == other) == (file_key(one) == file_key(other))
