"""A program of one's own opens datasets of the project's store and runs transforms in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms.api import Input, Output, transform
from transforms.errors import NotFoundError, TransformTypeError, UnavailableError
from transforms.foundry.connectors import FoundryConnector
from transforms.run.put_frame import put_frame
from transforms.store.store import Store
from transforms.testing.frames import as_frame

ROWS = [{"x": 1}, {"x": 2}]


@pytest.fixture
def connector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FoundryConnector:
    """A connector to a store that has a dataset on two branches."""
    monkeypatch.chdir(tmp_path)
    put_frame(Store(tmp_path / ".transforms"), "master", "/rows", as_frame(ROWS))
    put_frame(Store(tmp_path / ".transforms"), "dev", "/rows", as_frame(ROWS[:1]))
    return FoundryConnector({}, "Bearer any")


@transform(rows=Input("/rows"), out=Output("/out"))
def copied(rows, out) -> None:
    out.write_pandas(rows.pandas())


def test_a_transform_is_run_and_committed(connector: FoundryConnector) -> None:
    assert connector.run(copied).status == "committed"
    assert connector.input(alias="/out").pandas().to_dict("records") == ROWS


def test_branches_are_looked_at_in_order_and_the_first_is_written(connector: FoundryConnector) -> None:
    dev = FoundryConnector({}, "Bearer any", fallback_branches=["dev", "master"])
    dev.run(copied)

    assert (dev.input(alias="/out").branch, dev.input(alias="/out").pandas()["x"].to_list()) == ("dev", [1])
    assert connector.input(alias="/rows", branch="dev").pandas()["x"].to_list() == [1]


def test_a_dataset_is_a_spark_frame(connector: FoundryConnector, spark) -> None:
    assert connector.input(alias="/rows").dataframe().count() == 2


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda c: c.input(), ValueError, "exactly one of alias and rid"),
        (lambda c: c.output(alias="/a", rid="ri.a"), ValueError, "exactly one of alias and rid"),
        (lambda c: c.input(alias="/row"), NotFoundError, "Did you mean '/rows'"),
        (lambda c: c.input(alias="/rows", branch="x"), NotFoundError, "on branch x"),
        (lambda c: c.input(alias="/rows", end_txrid="ri.t"), UnavailableError, "as it is now"),
        (lambda c: c.output(alias="/a"), UnavailableError, "run.transform. gives it"),
        (lambda c: c.run(print), TransformTypeError, "what a decorator of transforms.api made"),
    ],
)
def test_what_cannot_be_is_told_at_the_call(connector: FoundryConnector, call, error, says: str) -> None:
    with pytest.raises(error, match=says):
        call(connector)
