"""An adapter whose API has inputs of many types."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import palantir_models as pm


class ManyTypes(pm.ModelAdapter):
    """Takes what it does not use."""

    @pm.auto_serialize
    def __init__(self) -> None:
        pass

    @classmethod
    def api(cls) -> Any:
        inputs = {
            "words": pm.Parameter(list[str]),
            "weights": pm.Parameter(dict),
            "when": pm.Parameter(datetime),
            "grid": pm.Parameter(pm.NDArray(shape=(2, 2), dtype=float)),
            "files": pm.FileSystem(),
        }
        return inputs, {"total": pm.Parameter(float)}

    def predict(self, words: Any, weights: Any, when: Any, grid: Any, files: Any) -> float:
        return 0.0
