"""Constants, and, or, not, if."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.expectations.expectation import Expectation, checked


@dataclass(frozen=True)
class Constant(Expectation):
    """Holds always, or never.

    Attributes:
        holds: which of them.
    """

    holds: bool

    def __str__(self) -> str:
        return "always" if self.holds else "never"


@dataclass(frozen=True)
class All(Expectation):
    """Every one of several holds.

    Attributes:
        parts: the several.
    """

    parts: tuple[Expectation, ...]

    def __str__(self) -> str:
        return f"({' and '.join(map(str, self.parts))})" if self.parts else "always"


@dataclass(frozen=True)
class AnyOf(Expectation):
    """At least one of several holds.

    Attributes:
        parts: the several.
    """

    parts: tuple[Expectation, ...]

    def __str__(self) -> str:
        return f"({' or '.join(map(str, self.parts))})" if self.parts else "never"


@dataclass(frozen=True)
class Not(Expectation):
    """Something does not hold.

    Attributes:
        part: what does not.
    """

    part: Expectation

    def __str__(self) -> str:
        return f"not ({self.part})"


@dataclass(frozen=True)
class Conditional(Expectation):
    """One of two holds, depending on a third.

    Attributes:
        condition: what decides.
        then: what holds where that does.
        otherwise: what holds elsewhere.
    """

    condition: Expectation
    then: Expectation
    otherwise: Expectation

    def __str__(self) -> str:
        return f"if {self.condition} then {self.then} else {self.otherwise}"


def true() -> Expectation:
    """Expect nothing: always holds."""
    return Constant(True)


def false() -> Expectation:
    """Never holds."""
    return Constant(False)


def all(*expectations: Expectation) -> Expectation:
    """Expect every one of several."""
    return All(checked(expectations, "all"))


def any(*expectations: Expectation) -> Expectation:
    """Expect at least one of several; of columns, row by row."""
    return AnyOf(checked(expectations, "any"))


def negate(expectation: Expectation) -> Expectation:
    """Expect the contrary; of columns, row by row."""
    return Not(*checked((expectation,), "negate"))


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
        return Conditional(self.condition, self.then, *checked((otherwise,), "when(...).otherwise"))


def when(when: Expectation, then: Expectation) -> When:
    """Expect something of the rows that meet a condition."""
    return When(*checked((when, then), "when"))
