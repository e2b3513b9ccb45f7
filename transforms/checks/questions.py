"""What an engine is asked about the rows of a dataset. Equal questions are asked once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from transforms.expectations.datasets import Unique
from transforms.expectations.expectation import Comparison, Expectation
from transforms.expectations.measures import Property, RowCount
from transforms.expectations.parts import leaves
from transforms.expectations.rows import ForeignMembership

# What an engine adds to the rows that it asks; no stored column has spaces.
ROWS_COLUMN, MEASURED_COLUMN, FOREIGN_COLUMN = "check rows", "check measured", "check foreign {}"
SAMPLE = 5
"""How many rows a message shows at the most."""


@dataclass(frozen=True)
class FailingRows:
    """How many rows do not meet a condition.

    Attributes:
        condition: the condition, about each row for itself.
    """

    condition: Expectation


@dataclass(frozen=True)
class FailingGroups:
    """How many rows are in groups that do not meet a condition.

    Attributes:
        condition: the condition, about each group for itself.
    """

    condition: Unique | Comparison

    @property
    def by(self) -> tuple[str, ...]:
        """The columns whose values make the groups."""
        if isinstance(self.condition, Unique):
            return self.condition.columns
        measure = self.condition.measure
        assert isinstance(measure, (Property, RowCount))
        return measure.by


Question = RowCount | Property | FailingRows | FailingGroups


class Rows(Protocol):
    """The rows of a dataset, wherever they lie."""

    def answers(self, questions: Sequence[Question]) -> Mapping[Question, Any]:
        """Return a number for each question, and for a property its value, None where there is none."""

    def sample(self, question: FailingRows | FailingGroups, columns: Sequence[str]) -> list[dict[str, Any]]:
        """Return some of the rows, or groups, that a question counts."""


def foreign_columns(questions: Iterable[Question]) -> Iterator[ForeignMembership]:
    """Return every comparison with a column of another input that questions are about, each once."""
    conditions = (question.condition for question in questions if isinstance(question, FailingRows))
    found = (leaf for condition in conditions for leaf in leaves(condition) if isinstance(leaf, ForeignMembership))
    yield from dict.fromkeys(found)
