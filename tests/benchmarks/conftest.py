"""Benchmarks: figures and ratios against peers, measured in one run and printed as a table.

They are collected only with ``--benchmark`` (``make benchmark``), as a shared machine's noise would fail them at random.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

_ROWS = pytest.StashKey[list[tuple[str, str, str, bool]]]()


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Note a figure and assert that it holds: ``report("what", measured, limit, "ms")``; ``at_least`` turns it around."""
    rows = request.config.stash.setdefault(_ROWS, [])

    def note(what: str, measured: float, limit: float, unit: str = "", at_least: bool = False) -> None:
        holds = measured >= limit if at_least else measured <= limit
        sign = "≥" if at_least else "≤"
        rows.append((what, f"{measured:.3g} {unit}".strip(), f"{sign} {limit:g} {unit}".strip(), holds))
        assert holds, f"{what}: {measured:.3g} {unit}, wanted {sign} {limit:g}"

    return note


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table."""
    rows = config.stash.get(_ROWS, [])
    if rows:
        terminalreporter.section("benchmarks")
        width = max(len(row[0]) for row in rows)
        for what, measured, limit, holds in rows:
            terminalreporter.line(f"{what:<{width}}  {measured:>12}  {limit:>12}  {'holds' if holds else 'MISSED'}")
