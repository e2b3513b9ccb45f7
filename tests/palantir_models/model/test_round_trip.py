"""Whatever is logged is what the Delta tables hold after the commit."""

from __future__ import annotations

import math
import tempfile

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palantir_models.transforms import ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.api import transform
from transforms.store.store import Store
from transforms.testing import run_transform

pytestmark = pytest.mark.slow

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
VALUES = st.floats(allow_nan=True, allow_infinity=True)
STEPS = st.one_of(st.none(), st.integers(1, 50))
SERIES = st.dictionaries(NAMES, st.lists(st.tuples(STEPS, VALUES), min_size=1, max_size=10), max_size=5)
PARAMETERS = st.dictionaries(
    NAMES, st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), NAMES), max_size=5
)


@settings(max_examples=25, deadline=None)
@given(series=SERIES, parameters=PARAMETERS)
def test_random_series_and_parameters_come_back_as_they_were_logged(series, parameters):
    """Values, their order, their steps and their types, by plain Polars on the tables' paths."""
    logged: list[tuple[str, int, float]] = []

    @transform.using(model=ModelOutput("/model"))
    def train(model):
        experiment = model.create_experiment("run")
        experiment.log_params(parameters)
        for name, values in series.items():
            step = -1
            for gap, value in values:
                step += gap or 1
                experiment.log_metric(name, value, step=step if gap else None)
                logged.append((name, step, value))
        model.publish(Doubler(1), experiment=experiment)

    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        run_transform(train, store=store)
        tables = store.root / "master/models/model"
        read = []
        if logged:
            read = pl.read_delta(str(tables / "metrics")).select("series", "step", "value").rows()
        assert [_same(row) for row in sorted(read, key=_key)] == [_same(row) for row in sorted(logged, key=_key)]
        if parameters:
            rows = pl.read_delta(str(tables / "hyperparameters")).to_dicts()
            assert {row["name"]: row[f"{row['type']}_value"] for row in rows} == parameters


def _key(row: tuple[str, int, float]) -> tuple[str, int]:
    return row[0], row[1]


def _same(row: tuple[str, int, float]) -> tuple[str, int, str | float]:
    return row[0], row[1], "nan" if math.isnan(row[2]) else row[2]
