"""Names and texts: what may be stored, and how equal names are numbered."""

from __future__ import annotations

import enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.experiment.errors import ExperimentError, ExperimentTypeError
from palantir_models.experiment.names import brief, checked_name, checked_text, deduplicated


def test_a_name_has_one_to_the_limit_of_characters() -> None:
    """Names of 1 and of 100 characters pass; the empty one and one of 101 do not."""
    assert checked_name("a metric", "a", 100) == "a"
    assert checked_name("a metric", "é" * 100, 100) == "é" * 100
    with pytest.raises(ExperimentError, match="must not be empty"):
        checked_name("a metric", "", 100)
    with pytest.raises(ExperimentError, match="101 characters and may have 100"):
        checked_name("a metric", "x" * 101, 100)


@pytest.mark.parametrize("name", [None, 1, b"a", ["a"]])
def test_a_name_is_a_str(name: Any) -> None:
    """A name of another type is refused with its type."""
    with pytest.raises(ExperimentTypeError, match=type(name).__name__):
        checked_name("a metric", name, 100)


def test_half_a_surrogate_pair_is_refused() -> None:
    """Text that UTF-8 cannot write is refused when logged, not when the job commits."""
    with pytest.raises(ExperimentError, match="lone surrogate"):
        checked_name("a metric", "a\ud800", 100)
    with pytest.raises(ExperimentError, match="lone surrogate"):
        checked_text("A caption", "\udfff", 1000)


def test_a_name_becomes_a_plain_str() -> None:
    """A member of a str enumeration is stored as its value."""

    class Phase(str, enum.Enum):  # noqa: UP042 (its str() is not its value)
        TRAIN = "train"

    name = checked_name("a metric", Phase.TRAIN, 100)
    assert type(name) is str
    assert name == "train"


def test_a_caption_may_be_missing_or_empty_but_not_too_long() -> None:
    """A caption is None or a str within its limit."""
    assert checked_text("A caption", None, 3) is None
    assert checked_text("A caption", "", 3) == ""
    with pytest.raises(ExperimentError, match="4 characters and may have 3"):
        checked_text("A caption", "abcd", 3)
    with pytest.raises(ExperimentTypeError, match="A caption must be a str"):
        checked_text("A caption", 3, 3)


def test_equal_names_are_numbered_from_two() -> None:
    """The second of a name is name-2, and a number in use is skipped."""
    assert deduplicated("run", set()) == "run"
    assert deduplicated("run", {"run"}) == "run-2"
    assert deduplicated("run", {"run", "run-2", "run-4"}) == "run-3"
    assert deduplicated("run-2", {"run-2"}) == "run-2-2"


@given(st.text(min_size=1, max_size=8), st.integers(0, 12))
def test_numbered_names_are_free_and_short_enough(name: str, runs: int) -> None:
    """However often a name is used again, each use gets a name of its own within the limit."""
    taken: set[str] = set()
    for _ in range(runs):
        chosen = deduplicated(name, taken, length=8)
        assert chosen not in taken
        assert 1 <= len(chosen) <= 8
        taken.add(chosen)


def test_a_broken_repr_does_not_hide_a_message() -> None:
    """A value whose repr raises can still be named in a message."""

    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    assert "Broken object" in brief(Broken(), 200)
    assert len(brief("x" * 1000)) == 60
