"""XGBoost: a scikit-learn style estimator, in the library's own JSON."""

from __future__ import annotations

from typing import Any

from palantir_models.adapter.serializer import ModelSerializer, library
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter
from transforms.common.json_text import from_json

_ESTIMATORS = {"classifier": "XGBClassifier", "regressor": "XGBRegressor", "ranker": "XGBRanker"}


class XGBoostSerializer(ModelSerializer[Any]):
    """Stores ``xgboost_model.json``. Follows the public page integrate-models/auto-serialization-reference.

    :raises MissingExtraError: when XGBoost is not installed.
    """

    file_name = "xgboost_model.json"

    def __init__(self) -> None:
        self._xgboost = library("xgboost", "xgboost", self)

    def serialize(self, writer: ModelStateWriter, obj: Any) -> None:
        """Write an ``xgboost.sklearn.XGBModel``, such as an ``XGBClassifier``."""
        with writer.open(self.file_name, "wb") as file:
            obj.save_model(file.name)

    def deserialize(self, reader: ModelStateReader) -> Any:
        """Read the estimator, as the kind that was written."""
        with reader.open(self.file_name, "rb") as file:
            # XGBModel itself refuses to load, so the file's own note of its kind picks the class.
            noted = self._xgboost.Booster(model_file=file.name).attr("scikit_learn")
            kind = from_json(noted or "{}").get("_estimator_type")
            model = getattr(self._xgboost, _ESTIMATORS.get(kind, "XGBModel"))()
            model.load_model(file.name)
        return model
