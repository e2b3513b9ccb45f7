"""What MLflow finds through the package's entry points; all of it is imported when MLflow first asks."""

from __future__ import annotations

from typing import Any


def tracking_store(store_uri: str | None = None, artifact_uri: str | None = None) -> Any:
    """Return the tracking store: one object for the process, whatever the address."""
    from palantir_models.mlflow.bridge.tracking_store import tracking_store

    return tracking_store()


def artifact_repository(artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> Any:
    """Return the files of a run or a model."""
    from palantir_models.mlflow.bridge.artifact_repository import RunArtifacts

    return RunArtifacts(artifact_uri, tracking_uri, registry_uri)


def model_registry_store(store_uri: str | None = None, tracking_uri: str | None = None) -> Any:
    """Refuse: models are registered by publishing them.

    :raises UnavailableError: always.
    """
    from transforms.errors import UnavailableError

    raise UnavailableError(
        "MLflow's model registry is not available while an experiment is the MLflow run, so registered_model_name and "
        "register_model() cannot be used. Publish the model with model_output.publish(adapter, experiment=experiment)."
    )
