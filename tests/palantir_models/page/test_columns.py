"""Series in memory: read once, and never more of them than fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from palantir_models import open_model
from palantir_models.page import columns as page_columns
from palantir_models.page.columns import Columns
from palantir_models.reading.comparison import Comparison


@pytest.fixture
def experiments(shop: Path) -> Any:
    """The published experiments of a model."""
    return open_model("/wine", root=shop / ".transforms").experiments


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The series of each reading of the tables; None for all."""
    done: list[Any] = []
    points = Comparison.points

    def counted(self: Any, series: Any = None, timestamps: bool = False) -> Any:
        done.append(series)
        return points(self, series, timestamps)

    monkeypatch.setattr(Comparison, "points", counted)
    return done


def test_an_experiment_is_read_once_for_all_of_its_series(experiments: Any, reads: list[Any]) -> None:
    """Opening its files costs more than reading them."""
    columns = Columns()
    for name in ("train/loss", "speed", "only/here", "nothing"):
        found = columns.get(experiments, name)
        lengths = {
            one.experiment_id: series.length for one in experiments for series in one.series if series.name == name
        }
        assert {identity: len(held.curve) for identity, held in found.items()} == lengths
    assert reads == [None]


def test_times_are_read_when_they_are_needed(experiments: Any, reads: list[Any]) -> None:
    """And then also serve who needs none."""
    held = Columns()
    assert all(one.timed is None for one in held.get(experiments, "speed").values())
    assert all(one.timed is not None for one in held.get(experiments, "speed", timed=True).values())
    held.get(experiments, "train/loss")
    assert len(reads) == 2


def test_a_large_experiment_is_read_series_by_series(
    experiments: Any, reads: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it may be more than memory takes; one of the three has a value more than that."""
    monkeypatch.setattr(page_columns, "_AT_ONCE", 200)
    held = Columns()
    for _ in range(2):
        for name in ("speed", "nothing"):
            held.get(experiments, name)
    assert sorted(reads, key=str) == [None, "nothing", "speed"]


def test_what_was_not_used_for_longest_goes(experiments: Any, reads: list[Any]) -> None:
    """So that the rest fits."""
    first, second, third = experiments
    size = sum(series.length for series in first.series if series.kind == "metric") * 16
    held = Columns(round(size * 2.5))
    for one in (first, second, first, third):
        held.get([one], "speed")
        assert held.size <= size * 2.5
    assert len(reads) == 3
    held.get([first], "speed")
    assert len(reads) == 3
    held.get([second], "speed")
    assert len(reads) == 4


def test_what_alone_is_too_much_is_read_and_not_kept(experiments: Any, reads: list[Any]) -> None:
    """And pushes nothing else out."""
    held = Columns(1)
    for _ in range(2):
        assert len(held.get(experiments, "speed")) == 3
    assert held.size == 0
    assert len(reads) == 2
