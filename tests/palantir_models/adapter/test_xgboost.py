"""XGBoost models come back as what they were, through the library itself."""

from __future__ import annotations

import numpy as np
import pytest

from palantir_models.adapter.state import ModelStateReader, ModelStateWriter
from palantir_models.serializers import XGBoostSerializer

pytestmark = pytest.mark.slow

X = np.arange(40, dtype=float).reshape(20, 2)


@pytest.mark.parametrize(
    ("kind", "labels"),
    [("XGBClassifier", np.arange(20) % 2), ("XGBRegressor", np.arange(20) / 3)],
)
def test_a_model_predicts_after_a_round_trip_as_before(tmp_path, kind, labels):
    """The same class and the same predictions, from the documented file."""
    import xgboost

    model = getattr(xgboost, kind)(n_estimators=3, max_depth=2).fit(X, labels)
    serializer = XGBoostSerializer()
    serializer.serialize(ModelStateWriter(tmp_path), model)
    assert (tmp_path / "xgboost_model.json").is_file()
    loaded = serializer.deserialize(ModelStateReader(tmp_path))
    assert type(loaded) is type(model)
    assert np.array_equal(loaded.predict(X), model.predict(X))
