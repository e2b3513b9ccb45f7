"""What a check found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from transforms.common.text import counted


@dataclass(frozen=True)
class CheckResult:
    """What a check found in a dataset.

    Attributes:
        check: its name.
        dataset: the dataset, as the ledger names resources.
        on_error: ``FAIL`` or ``WARN``.
        expectation: what it expects, in words.
        passed: whether that is so.
        failing: how many rows are against it; 0 where it passed, None where it is about all of them together.
        rows: how many rows the dataset has.
        seconds: how long the pass took in which it was made, with the other checks of the dataset.
        found: what there is in place of what was expected, where it is about all rows together.
        definition: changes with what is expected.
        sample: rows that are against it, for messages; never stored.
    """

    check: str
    dataset: str
    on_error: Literal["FAIL", "WARN"]
    expectation: str
    passed: bool
    failing: int | None
    rows: int
    seconds: float
    found: str = ""
    definition: str = ""
    sample: Sequence[Mapping[str, Any]] = field(default=(), compare=False)

    def to_json(self) -> dict[str, Any]:
        """Return the result as the ledger has it."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "sample"}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CheckResult:
        """Read a result back from what :meth:`to_json` gave; keys of later versions are left out."""
        known = {one.name for one in fields(cls)}
        return cls(**{key: part for key, part in value.items() if key in known})

    @property
    def text(self) -> str:
        """What it found, in one line."""
        if self.passed:
            return f"check {self.check!r} on {self.alias} passed: {self.expectation}"
        how = self.found if self.failing is None else f"{counted(self.failing, 'row')} of {self.rows:,} "
        how = how.rstrip() + (" fails" if self.failing == 1 else " fail" if self.failing is not None else "")
        return f"check {self.check!r} on {self.alias}: {how}; expected: {self.expectation}"

    @property
    def full_text(self) -> str:
        """What it found, with some of the rows that are against it."""
        return "\n".join([f"{self.text}.", *(f"    {_row_text(row)}" for row in self.sample)])

    @property
    def alias(self) -> str:
        """The dataset's alias."""
        return self.dataset.partition(":")[2]


_LONGEST = 120


def _row_text(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_cut(repr(value))}" for name, value in row.items())


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
