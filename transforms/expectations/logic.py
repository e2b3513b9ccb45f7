"""Constants, and, or, not, if."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.expectations.expectation import Expectation, checked


def true() -> Expectation:
    """Expect nothing: always holds."""
    return Expectation("true")


def false() -> Expectation:
    """Never holds."""
    return Expectation("false")


def all(*expectations: Expectation) -> Expectation:
    """Expect every one of several."""
    return Expectation("all", checked(expectations, "all"))


def any(*expectations: Expectation) -> Expectation:
    """Expect at least one of several; of columns, row by row."""
    return Expectation("any", checked(expectations, "any"))


def negate(expectation: Expectation) -> Expectation:
    """Expect the contrary."""
    return Expectation("negate", checked((expectation,), "negate"))


@dataclass(frozen=True)
class When:
    """A condition with what follows from it, waiting for what holds otherwise.

    Attributes:
        condition: the condition.
        then: what is expected of the rows that meet it.
    """

    condition: Expectation
    then: Expectation

    def otherwise(self, otherwise: Expectation) -> Expectation:
        """Expect something of the rows that do not meet the condition."""
        return Expectation("when", (self.condition, self.then, *checked((otherwise,), "when(...).otherwise")))


def when(when: Expectation, then: Expectation) -> When:
    """Expect something of the rows that meet a condition."""
    return When(*checked((when, then), "when"))
