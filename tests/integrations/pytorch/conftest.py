"""The fixtures of the bridge's own tests; MLflow is left as it was here, too."""

from tests.palantir_models.mlflow.conftest import _nothing_left, content, dropped, experiment

__all__ = ["_nothing_left", "content", "dropped", "experiment"]
