"""Which questions decide the checks of a dataset, and what their answers say: pure functions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, TypeGuard

from transforms.checks.column_types import type_text
from transforms.checks.facts import Facts
from transforms.checks.questions import FailingGroups, FailingRows, Question
from transforms.checks.resolving import holds, resolved, substituted
from transforms.checks.results import CheckResult
from transforms.errors import DataError
from transforms.expectations.datasets import Unique
from transforms.expectations.expectation import Comparison, Expectation, shown
from transforms.expectations.logic import All, Constant
from transforms.expectations.measures import Property, RowCount
from transforms.expectations.parts import is_about_rows, leaves
from transforms.spec.checks import Check

_MOST_TOGETHER = 4


@dataclass(frozen=True)
class Planned:
    """A check that is ready to be asked.

    Attributes:
        check: the check.
        expectation: what is left of what it expects when the schema has decided what it can.
    """

    check: Check
    expectation: Expectation

    @property
    def questions(self) -> tuple[Question, ...]:
        """What decides it."""
        return tuple(question for part in _parts(self.expectation) for question in _questions(part))


@dataclass(frozen=True)
class Verdict:
    """What became of an expectation.

    Attributes:
        passed: whether it holds.
        failing: how many rows are against it; None where that is no matter of single rows.
        found: what there is instead.
        shown_by: the question whose rows show it.
    """

    passed: bool
    failing: int | None = 0
    found: str = ""
    shown_by: FailingRows | FailingGroups | None = None


def planned(check: Check, facts: Facts) -> Planned:
    """Return a check that is ready to be asked.

    :param check: the check.
    :param facts: what is known of its dataset.
    :raises DataError: if it reads a column that is not there, or compares one with a value of another kind; names the check.
    """
    try:
        ready = Planned(check, resolved(check.expectation, facts))
        for _ in ready.questions:
            pass
    except DataError as error:
        raise DataError(f"check {check.name!r}: {error}") from error
    return ready


def definition_of(check: Check) -> str:
    """Return a text that changes with what a check expects."""
    return hashlib.sha256(repr(check.expectation).encode()).hexdigest()[:16]


def verdict(ready: Planned, answers: Mapping[Question, Any], facts: Facts) -> Verdict:
    """Return what the answers say of a check.

    :param ready: the check.
    :param answers: at least those to its questions.
    :param facts: what is known of its dataset.
    """
    parts = [_verdict(part, answers) for part in _parts(ready.expectation)]
    failed = [part for part in parts if not part.passed]
    if not failed:
        return Verdict(True)
    # Rows that two parts are against are counted in both, so the sum might be more than there are.
    worst = max(failed, key=lambda part: part.failing or 0)
    if worst.failing is None and not worst.found:
        columns = ", ".join(f"{name}: {type_text(type)}" for name, type in facts.columns.items())
        return replace(worst, found=f"the columns are {columns or 'none'}, which fails")
    return worst


def result(ready: Planned, said: Verdict, dataset: str, rows: int, seconds: float) -> CheckResult:
    """Return what a check found, without a sample of rows.

    :param ready: the check.
    :param said: what the answers say of it.
    :param dataset: the dataset, as the ledger names resources.
    :param rows: how many rows it has.
    :param seconds: how long the pass took.
    """
    return CheckResult(
        check=ready.check.name,
        dataset=dataset,
        on_error=ready.check.on_error,
        expectation=str(ready.check.expectation),
        passed=said.passed,
        failing=said.failing,
        rows=rows,
        seconds=round(seconds, 3),
        found=said.found,
        definition=definition_of(ready.check),
    )


def _parts(expectation: Expectation) -> Iterator[Expectation]:
    """Return what has to hold, apart: what is about rows together, and each of the others for itself."""
    if not isinstance(expectation, All):
        yield expectation
        return
    of_rows = tuple(part for part in expectation.parts if not _of_many_rows(part))
    if of_rows:
        yield All(of_rows) if len(of_rows) > 1 else of_rows[0]
    yield from (part for part in expectation.parts if _of_many_rows(part))


def _of_many_rows(part: Expectation) -> list[Expectation]:
    """Return what of a part is decided by many rows together, each once."""
    return list(dict.fromkeys(leaf for leaf in leaves(part) if not is_about_rows(leaf)))


def _is_mixed(part: Expectation) -> bool:
    """Tell whether single rows decide a part, too."""
    return any(is_about_rows(leaf) and not isinstance(leaf, Constant) for leaf in leaves(part))


def _question(leaf: Expectation) -> Question:
    if _is_grouped(leaf):
        return FailingGroups(leaf)
    assert isinstance(leaf, Comparison)
    assert isinstance(leaf.measure, (Property, RowCount))
    return leaf.measure


def _is_grouped(leaf: Expectation) -> TypeGuard[Unique | Comparison]:
    if isinstance(leaf, Comparison):
        return isinstance(leaf.measure, (Property, RowCount)) and bool(leaf.measure.by)
    return isinstance(leaf, Unique)


def _questions(part: Expectation) -> Iterator[Question]:
    together = _of_many_rows(part)
    yield from map(_question, together)
    if _is_mixed(part):
        for _, remaining in _variants(part, together):
            if not isinstance(remaining, Constant):
                yield FailingRows(remaining)


def _variants(part: Expectation, together: Sequence[Expectation]) -> Iterator[tuple[tuple[bool, ...], Expectation]]:
    """Return what is left to be asked of each row, by what may hold of all of them together.

    All of it is asked at once, because the rows are read once.
    """
    if len(together) > _MOST_TOGETHER:
        raise DataError(
            f"{part} combines rows with {len(together)} conditions about many rows; that works with up to {_MOST_TOGETHER}. "
            f"Make several checks of it."
        )
    for truths in product((False, True), repeat=len(together)):
        yield truths, substituted(part, dict(zip(together, truths, strict=True)))


def _verdict(part: Expectation, answers: Mapping[Question, Any]) -> Verdict:
    if isinstance(part, Constant):
        return Verdict(part.holds, None)
    together = _of_many_rows(part)
    truths = {leaf: _holds(leaf, answers) for leaf in together}
    remaining = substituted(part, truths)
    if isinstance(remaining, Constant):
        return Verdict(True) if remaining.holds else _against(together, answers)
    question = FailingRows(remaining)
    failing = int(answers[question])
    return Verdict(failing == 0, failing, shown_by=question if failing else None)


def _holds(leaf: Expectation, answers: Mapping[Question, Any]) -> bool:
    answer = answers[_question(leaf)]
    if _is_grouped(leaf):
        return int(answer) == 0
    assert isinstance(leaf, Comparison)
    return holds(answer, leaf.operator, leaf.value)


def _against(together: Sequence[Expectation], answers: Mapping[Question, Any]) -> Verdict:
    """Return the verdict on what many rows together are against: the groups, or what was measured."""
    for leaf in together:
        question = _question(leaf)
        if isinstance(question, FailingGroups) and answers[question]:
            return Verdict(False, int(answers[question]), shown_by=question)
    measured = {question: answers[question] for question in map(_question, together)}
    found = " and ".join(f"{question} is {shown(value)}" for question, value in measured.items())
    return Verdict(False, None, f"{found}, which fails")
