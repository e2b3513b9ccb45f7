"""Making checks: planned, asked in one pass, and those that failed shown by some of their rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from transforms.checks.facts import Facts
from transforms.checks.planning import planned, result, verdict
from transforms.checks.questions import Rows
from transforms.checks.results import CheckResult
from transforms.expectations.datasets import Unique
from transforms.expectations.measures import RowCount
from transforms.expectations.parts import columns_of, leaves
from transforms.spec.checks import Check


def made(checks: Sequence[Check], facts: Facts, rows: Rows, dataset: str) -> list[CheckResult]:
    """Make checks on a dataset.

    :param checks: the checks.
    :param facts: what is known of the dataset.
    :param rows: its rows.
    :param dataset: the dataset, as the ledger names resources.
    :returns: what each of them found, in their order.
    :raises DataError: if one reads a column that is not there, or compares one with a value of another kind; names the check.
    """
    began = time.perf_counter()
    ready = [planned(check, facts) for check in checks]
    count = RowCount()
    answers = rows.answers(list(dict.fromkeys([count, *(question for one in ready for question in one.questions)])))
    seconds = time.perf_counter() - began
    keys = [
        column
        for check in checks
        for leaf in leaves(check.expectation)
        if isinstance(leaf, Unique)
        for column in leaf.columns
    ]
    found = []
    for one in ready:
        said = verdict(one, answers, facts)
        outcome = result(one, said, dataset, int(answers[count]), seconds)
        if said.shown_by is not None:
            used = columns_of(one.check.expectation)
            columns = [name for name in dict.fromkeys([*keys, *used]) if name in facts.columns]
            outcome = replace(outcome, sample=rows.sample(said.shown_by, columns))
        found.append(outcome)
    return found
