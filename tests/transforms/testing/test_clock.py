"""A clock that stands still: in the user's modules, in what is dated, and not for long."""

from __future__ import annotations

import datetime
import pickle
import sys
import time
from importlib import import_module

import polars as pl
import pytest

from palantir_models.transforms import ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler
from tests.transforms.testing import timed
from transforms import expectations as E
from transforms.api import Check, Output, transform
from transforms.errors import UsageError

START = "2026-01-01T00:00:00+00:00"
SECONDS = 1767225600.0


def test_the_users_modules_have_its_time_however_they_ask(frozen_clock) -> None:
    told = timed.told()
    assert told.pop("seconds") == [SECONDS] * 3
    assert told.pop("date") in ("2025-12-31", "2026-01-01")  # here, and the clock is in UTC
    assert set(told.values()) == {START}
    frozen_clock.tick(90)
    assert timed.datetime_now().isoformat() == "2026-01-01T00:01:30+00:00"
    frozen_clock.move_to("2025-06-01T12:00")
    assert timed.datetime_now() == datetime.datetime(2025, 6, 1, 12, tzinfo=datetime.UTC)
    assert repr(frozen_clock) == "<FrozenClock at 2025-06-01T12:00:00+00:00>"
    with pytest.raises(UsageError, match="'soon' is no time; write it as"):
        frozen_clock.move_to("soon")


@pytest.mark.parametrize("frozen_clock", ["2030-05-04T03:02:01Z"], indirect=True)
def test_its_values_are_pythons_own(frozen_clock) -> None:
    moment = timed.datetime_now()
    assert type(moment).__module__ == "datetime"
    assert pickle.loads(pickle.dumps(moment)) == moment
    assert timed.is_datetime(moment)
    assert moment.isoformat() == "2030-05-04T03:02:01+00:00"


def test_what_a_job_leaves_is_dated_by_it(run_transform, frozen_clock) -> None:
    """The commit, versions, experiments; and checks compare with it."""

    @transform.using(model=ModelOutput("/model"), out=Output("/out", checks=Check(RECENT, "recent")))
    def train(model, out):
        out.write_table(pl.DataFrame({"at": [timed.datetime_now()]}))
        experiment = model.create_experiment("run")
        experiment.log_metric("loss", 1.0)
        model.publish(Doubler(1), experiment=experiment)

    result = run_transform(train)
    (experiment,) = result.experiments
    dated = (
        result.entry.ratified_time,
        result.models["model"].version().created_time,
        experiment.created_time,
        experiment.metrics().polars()["timestamp"][0],
        result.outputs["out"].column("at")[0],
    )
    assert {moment.isoformat() for moment in dated} == {START}


RECENT = E.col("at").timestamp_offset_to_current_time().lt(60)


@pytest.fixture
def afterwards(tmp_path, monkeypatch):
    """Look, once the clock's fixture has ended, at a module that was imported while it stood still."""
    (tmp_path / "imported_meanwhile.py").write_text("import time\nfrom datetime import datetime\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    module = sys.modules.pop("imported_meanwhile")
    assert (module.time, module.datetime) == (time, datetime.datetime)
    assert (timed.dt, timed.datetime, timed.time) == (datetime, datetime.datetime, time)


def test_afterwards_everything_is_as_it_was(afterwards, frozen_clock) -> None:
    assert import_module("imported_meanwhile").datetime.now(datetime.UTC).isoformat() == START
