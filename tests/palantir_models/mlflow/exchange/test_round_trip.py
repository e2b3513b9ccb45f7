"""There and back again: nothing is lost between two stores by way of MLflow, or between two MLflows by way of a store."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from palantir_models.code_workspaces import ModelOutput
from palantir_models.mlflow.exchange.exporting import export_experiments
from palantir_models.mlflow.exchange.importing import ImportRequest, import_runs
from palantir_models.mlflow.exchange.tracking import tracking
from palantir_models.reading.model import Model
from tests.palantir_models.mlflow.exchange.test_importing import assert_same
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.store.store import Store

INTEGERS = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=100) | st.text("_x2f/.%a", min_size=1, max_size=6)
TIMES = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))
VALUES = st.booleans() | INTEGERS | st.floats() | TEXT | TIMES | st.dates(date(1, 1, 1), date(9999, 12, 31))
SERIES = st.dictionaries(INTEGERS, st.floats(), min_size=1, max_size=8)
POINTS = st.lists(
    st.tuples(st.integers(-2, 2) | INTEGERS, st.integers(0, 2**42), st.floats()),
    min_size=1,
    max_size=8,
    unique_by=repr,
)
FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(params=st.dictionaries(NAMES, VALUES, max_size=6), series=st.dictionaries(NAMES, SERIES, max_size=4))
def test_ours_come_back_as_they_were(
    params: dict[str, Any],
    series: dict[str, dict[int, float]],
    project: Path,
    other: Store,
    uri: str,
    contents: Callable[[Any], dict[str, Any]],
) -> None:
    """Names, types, steps, values and times of any kind."""
    alias = f"/models/{uuid.uuid4().hex}"
    output = ModelOutput(alias)
    experiment = output.create_experiment("any")
    experiment.log_params(params)
    for name, points in series.items():
        for step in sorted(points):
            experiment.log_metric(name, points[step], step=step)
    output.publish(Doubler(1), experiment=experiment)
    (mine,) = Model(alias, "master", Store(project / ".transforms")).experiments
    list(export_experiments(uri, [mine]))
    import_runs(other, "master", ImportRequest(uri, alias))
    (copy,) = Model(alias, "master", other).experiments
    assert copy.experiment_id == mine.experiment_id
    assert_same(contents(mine), contents(copy))


@pytest.fixture
def second(uri: str, tmp_path: Path) -> Iterator[Any]:
    """The client of another database of MLflow's."""
    place = f"sqlite:///{tmp_path}/mlflow/second.db"
    (tmp_path / "mlflow/second.db").write_bytes((tmp_path / "mlflow/runs.db").read_bytes())
    with tracking(place) as found:
        yield found


KEYS = st.text("ab_-. :/ü", min_size=1, max_size=6).filter(
    lambda key: not key.startswith(("/", ".")) and not key.endswith(("/", ".")) and "//" not in key and "/." not in key
)


@FEW
@given(
    params=st.dictionaries(
        KEYS, TEXT.filter(lambda text: "\0" not in text) | INTEGERS.map(str) | st.floats().map(str), max_size=6
    ),
    series=st.dictionaries(KEYS, POINTS, max_size=4),
)
def test_runs_come_back_as_they_were(
    params: dict[str, str],
    series: dict[str, list[tuple[int, int, float]]],
    other: Store,
    uri: str,
    client: Any,
    second: Any,
) -> None:
    """Texts, and every value of a history at its step and time, also where several stand at one step."""
    import mlflow.entities

    name = uuid.uuid4().hex
    run = make_run(client, name)
    client.log_batch(run, params=[mlflow.entities.Param(key, text) for key, text in params.items()])
    for key, points in series.items():
        client.log_batch(run, metrics=[mlflow.entities.Metric(key, value, time, step) for step, time, value in points])
    client.set_terminated(run, "FINISHED", 1_767_355_200_123)
    import_runs(other, "master", ImportRequest(uri, name))
    (done,) = export_experiments(second.tracking_uri, Model(f"/mlflow/{name}", "master", other).experiments)
    copy = second.get_run(done.run_id)
    assert copy.info.end_time == 1_767_355_200_123
    assert copy.data.params == client.get_run(run).data.params
    assert copy.data.metrics.keys() == series.keys()
    for key in series:
        assert history(second, done.run_id, key) == history(client, run, key)


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED"])
def test_a_runs_name_status_times_and_tags_come_back(
    status: str, other: Store, uri: str, client: Any, second: Any
) -> None:
    """But for tags that are about a run's own files."""
    run = make_run(client, "e", **{"colour": "red", "mlflow.user": "me", "mlflow.loggedImages": "True"})
    client.set_terminated(run, status, 2000)
    import_runs(other, "master", ImportRequest(uri))
    (done,) = export_experiments(second.tracking_uri, Model("/mlflow/e", "master", other).experiments)
    copy, origin = second.get_run(done.run_id), client.get_run(run)
    for one in ("run_name", "status", "start_time", "end_time"):
        assert getattr(copy.info, one) == getattr(origin.info, one)
    kept = {key: value for key, value in copy.data.tags.items() if not key.startswith("transforms.")}
    assert kept == {"colour": "red", "mlflow.user": "me", "mlflow.runName": "first"}


def test_a_run_is_not_sent_back_to_where_it_came_from(other: Store, uri: str, client: Any) -> None:
    """It is there; had it been deleted meanwhile, it would go again."""
    run = make_run(client, "e")
    client.set_terminated(run)
    import_runs(other, "master", ImportRequest(uri))
    found = Model("/mlflow/e", "master", other).experiments
    assert [(one.run_id, one.outcome) for one in export_experiments(uri, found)] == [(run, "there already")]
    client.delete_run(run)
    assert [one.outcome for one in export_experiments(uri, found)] == ["exported"]


def test_a_long_way_round_loses_nothing(model: Model, other: Store, uri: str, second: Any, contents: Any) -> None:
    """Out, in, out to another MLflow, and in again."""
    list(export_experiments(uri, model.experiments))
    import_runs(other, "master", ImportRequest(uri, "/wine", "/first"))
    list(export_experiments(second.tracking_uri, Model("/first", "master", other).experiments, "/wine"))
    import_runs(other, "master", ImportRequest(second.tracking_uri, "/wine", "/second"))
    for mine, copy in zip(model.experiments, Model("/second", "master", other).experiments, strict=True):
        assert_same(contents(mine), contents(copy))


def make_run(client: Any, experiment: str, **tags: str) -> str:
    """Make a run named ``first`` that has begun."""
    folder = Path(client.tracking_uri.removeprefix("sqlite:///")).parent / "artifacts"
    identity = client.create_experiment(experiment, str(folder))
    return str(client.create_run(identity, 1000, tags, "first").info.run_id)


def history(client: Any, run: str, key: str) -> list[tuple[int, int, Any]]:
    """Return steps, times and values of a metric, in one order, with NaN that equals itself."""
    found = client.get_metric_history(run, key)
    return sorted((one.step, one.timestamp, "NaN" if math.isnan(one.value) else repr(one.value)) for one in found)
