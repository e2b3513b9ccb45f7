"""Experiments as columns, one of them whole, and what differs; all read from a store that a project built."""

from __future__ import annotations

from typing import Any

import pytest

from palantir_models import open_model
from palantir_models.page.experiments import _differing
from palantir_models.page.parameters import columns_of


@pytest.fixture
def table(page: Any, rid: str) -> Any:
    """The experiments of the model."""
    return page.get(f"/data/models/{rid}/experiments")


def metric(table: Any, name: str) -> Any:
    """Return a metric's column."""
    (found,) = [one for one in table["metrics"] if one["name"] == name]
    return found


def test_every_column_has_a_value_for_each_experiment(table: Any, ids: list[str]) -> None:
    """Newest first, and the rank says which was created when."""
    assert table["count"] == 3
    assert table["columns"]["id"] == ids[::-1]
    assert table["columns"]["rank"] == [2, 1, 0]
    assert table["columns"]["version"] == ["1.2.0", "1.1.0", "1.0.0"]
    columns = [*table["columns"].values(), *(one["values"] for one in table["parameters"])]
    columns += [column for one in table["metrics"] for name, column in one.items() if name != "name"]
    columns += [one["length"] for one in table["media"]]
    assert {len(column) for column in columns} == {3}


def test_what_json_has_no_number_for_is_text(table: Any) -> None:
    """And what is missing is null, which is another thing."""
    loss = metric(table, "train/loss")
    assert loss["length"] == [100] * 3
    assert loss["min"] == ["-Infinity"] * 3
    assert loss["max"] == ["Infinity"] * 3
    assert loss["last_step"] == [99] * 3
    assert metric(table, "only/here")["last"] == [None, 1.0, None]


def test_a_parameter_keeps_its_type(table: Any) -> None:
    """A whole number that JavaScript would round is text; where types differ, each value tells its own."""
    found = {one["name"]: one for one in table["parameters"]}
    assert found["depth"] == {"name": "depth", "type": "integer", "values": [2, 1, 0]}
    assert found["rate"]["type"] == "double"
    assert found["large"]["values"] == [str(2**60)] * 3
    assert found["mixed"]["type"] == "mixed"
    assert found["mixed"]["values"] == [1, 1, "1"]
    assert found["mixed"]["types"] == ["integer", "integer", "string"]


def test_media_are_told_by_series(table: Any) -> None:
    """With how many each experiment has."""
    assert {(one["kind"], one["name"]): one["length"] for one in table["media"]} == {
        ("image", "val/samples"): [None, 2, None],
        ("plot", "curve"): [None, 1, None],
        ("table", "confusion"): [None, 2, None],
    }


def test_the_table_says_what_the_reading_api_says(table: Any, shop: Any) -> None:
    """No second truth."""
    comparison = open_model("/wine", root=shop / ".transforms").compare()
    last = comparison.last.polars()
    assert metric(table, "speed")["last"] == last["speed"].to_list()
    assert table["columns"]["name"] == list(comparison.labels)


def test_one_experiment_is_told_whole(page: Any, rid: str, ids: list[str]) -> None:
    """With where it came from: the commit, the code and what was read."""
    one = page.get(f"/data/models/{rid}/experiments/{ids[1]}")
    assert one["id"] == ids[1]
    assert one["name"] == "trial <b>1</b>"
    assert one["transform"] == "train"
    assert {"name": "depth", "type": "integer", "value": 1} in one["parameters"]
    assert {series["kind"] for series in one["series"]} == {"metric", "image", "plot", "table"}
    assert one["environment"]["python"]
    (read,) = one["inputs"]
    assert (read["path"], read["version"], read["kind"]) == ("/shop/clean", 0, "dataset")
    assert page.get(f"/data/builds/{one['seq']}")["transform"] == "train"
    assert page.get(f"/data/builds/{read['seq_of_writer']}")["transform"] == "clean"
    assert page.get(f"/data/datasets/{read['rid']}")["path"] == "/shop/clean"


def test_only_what_differs_is_told(page: Any, rid: str, ids: list[str]) -> None:
    """By type, too, in the order in which the experiments were asked for."""
    rows = page.get(f"/data/models/{rid}/diff", id=ids)["rows"]
    found = {(row["group"], row["name"]): row["values"] for row in rows}
    assert found["parameter", "depth"] == [0, 1, 2]
    assert found["parameter", "mixed"] == ["1", 1, 1]
    assert ("parameter", "rate") not in found
    assert not [group for group, _ in found if group == "code"]


def test_a_value_that_is_missing_differs_from_one_that_is_there() -> None:
    """And NaN does not differ from itself."""
    rows = _differing("parameter", [{"a": 1, "b": float("nan")}, {"b": float("nan")}])
    assert rows == [{"group": "parameter", "name": "a", "values": [1, None]}]


def test_one_and_true_are_two_values() -> None:
    """Python takes them for equal."""
    assert [row["name"] for row in _differing("parameter", [{"a": 1}, {"a": True}])] == ["a"]
    (column,) = columns_of([{"a": 1}, {"a": True}])
    assert column["types"] == ["integer", "boolean"]


@pytest.mark.parametrize("path", ["experiments/{id}", "diff?id={id}", "charts?series=a&id={id}", "images/{id}/a/0"])
def test_an_experiment_that_is_gone_is_said(page: Any, rid: str, path: str) -> None:
    """It may have been deleted a moment ago, in another window."""
    answer = page.ask(f"/data/models/{rid}/{path.format(id='0' * 32)}")
    assert answer.status == 410
    assert answer.error["title"] == "The experiment is gone"


@pytest.mark.parametrize("identity", ["1", "../../x", "A" * 32, "%00", "*"])
def test_what_can_be_no_id_is_refused(page: Any, rid: str, identity: str) -> None:
    """Before anything is read."""
    for path in (f"charts?series=a&id={identity}", f"diff?id={identity}", f"media/image?id={identity}"):
        answer = page.ask(f"/data/models/{rid}/{path}")
        assert answer.status == 400
        assert "32 hexadecimal digits" in answer.error["detail"]
