"""Which experiment is meant: names and ids lead to one, or to a list of those to choose from."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.reading.finding import pick, short_ids
from transforms.errors import NotFoundError


def experiment(identity: str, name: str, status: str, version: str | None = None) -> RecordedExperiment:
    """Make an experiment; one with a version is published."""
    source: Any = SimpleNamespace(is_published=version is not None)
    row = {"experiment_id": identity, "name": name, "status": status, "version": version, "model": "/m"}
    return RecordedExperiment({**row, "created_time": datetime(2024, 5, 1, tzinfo=UTC)}, source)


FAILED = experiment("aaaa1111", "forest", "FAILED")
OLD = experiment("aaaa2222", "forest", "SUPERSEDED")
RUNNING = experiment("bbbb1111", "forest", "RUNNING")
PUBLISHED = experiment("cccc1111", "forest", "SUCCEEDED", "1.0.0")
OTHER = experiment("dddd1111", "tree", "SUCCEEDED", "1.1.0")


@pytest.mark.parametrize(
    ("every", "meant"),
    [
        ([FAILED, PUBLISHED, RUNNING, OLD], PUBLISHED),
        ([FAILED, RUNNING, OLD], RUNNING),
        ([FAILED, OLD], FAILED),
        ([OLD], OLD),
    ],
)
def test_of_one_name_the_published_one_is_meant(every: list[RecordedExperiment], meant: RecordedExperiment) -> None:
    """Else the one that runs, else the one that nothing took the place of."""
    assert pick([OTHER, *every], "forest", "Model /m") is meant


def test_ids_their_beginnings_and_versions_are_clear() -> None:
    """Whatever has the same name."""
    every = [FAILED, OLD, RUNNING, PUBLISHED, OTHER]
    assert pick(every, "aaaa2222", "") is OLD
    assert pick(every, "aaaa2", "") is OLD
    assert pick(every, "1.1.0", "") is OTHER
    assert pick(every, "ri.version", "", {"ri.version": "1.1.0"}) is OTHER
    for unclear in ("aaaa", "aaa", "zzzz", ""):
        with pytest.raises(NotFoundError):
            pick(every, unclear, "Model /m")


def test_several_are_listed_with_what_tells_them_apart() -> None:
    """Short ids, which can be given back, and what became of each."""
    again = experiment("aaaa3333", "forest", "FAILED")
    with pytest.raises(NotFoundError, match=r"2 experiments match 'forest'") as unclear:
        pick([FAILED, again, OLD], "forest", "Model /m")
    assert "  aaaa1111  forest of /m, FAILED, 2024-05-01" in str(unclear.value)
    with pytest.raises(NotFoundError, match="Model /m has no experiment 'forst'.*forest"):
        pick([FAILED], "forst", "Model /m")


@given(
    st.sets(st.text("0123456789abcdef", min_size=32, max_size=32), max_size=30)
    | st.sets(st.text("01", min_size=12, max_size=12))
)
def test_a_short_id_means_one_experiment(ids: set[str]) -> None:
    """And is at least eight digits long, so that it mostly stays so."""
    short = short_ids(ids)
    assert short.keys() == ids
    for identity, beginning in short.items():
        assert len(beginning) >= 8
        assert [other for other in ids if other.startswith(beginning)] == [identity]
