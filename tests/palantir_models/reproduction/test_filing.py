"""A report says how it ended, and everything that differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from palantir_models.reproduction import filing
from palantir_models.reproduction.outcome import Compared, Outcome

SAME = Outcome(
    "/m",
    "1.0.0",
    "dev",
    7,
    "train",
    "the project's code",
    {"/raw": 3},
    {"epochs": 2},
    (),
    tuple(Compared("artifact", f"file {number}", "equal") for number in range(20)),
    seconds=1.0,
)
OFF = replace(SAME, compared=(*SAME.compared, Compared("metric", "a|<b>", "different", "first at step 2")))


@pytest.mark.parametrize("form", [filing.text, filing.markdown, filing.page])
def test_every_form_tells_the_facts_and_what_differs(form) -> None:
    """Model, commit, inputs, parameters, and the first step at which a series differs."""
    told = form(OFF)
    for part in (
        "/m 1.0.0",
        "#7, by train",
        "/raw at version 3",
        "epochs=2",
        "first at step 2",
        "Not the same: 1 of 21",
    ):
        assert part in told


def test_equal_parts_of_a_kind_take_a_line_on_a_terminal_and_one_each_in_a_file() -> None:
    """A report that is filed leaves nothing out."""
    assert "20 of 20" in filing.text(SAME)
    assert "file 7" not in filing.text(SAME)
    assert "file 7" in filing.markdown(SAME)
    assert filing.verdict(SAME) == "The same: 20 parts compared."


def test_names_are_no_markup() -> None:
    """A series may have any name."""
    assert "<b>" not in filing.page(OFF).replace("<p><b>", "")
    assert "| metric | a\\|&lt;b&gt; |" in filing.markdown(OFF)


def test_what_could_not_be_built_says_why() -> None:
    """In place of what was compared; it is not the same."""
    failed = Outcome("/m", "1.0.0", "master", problem="The input /raw is gone.")
    assert filing.text(failed).endswith("It could not be built again. The input /raw is gone.")
    assert not failed.is_same
    assert failed.document()["is_same"] is False
