"""Declaring the models that a transform reads and writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transforms.errors import TransformTypeError
from transforms.spec.params import Param
from transforms.spec.resource import Resource


class ModelInput(Param):
    """A model that a transform uses.

    The compute function receives an instance of the adapter class that the version was published with, loaded and
    ready, with the attribute ``model_version_rid``. In the transform that trains the model, it is the newest version, mostly
    that of its last run, and None while there is none.
    Follows the public page integrate-models/transform-model-input.

    :param alias: the model's path or RID.
    :param model_version: the RID, the semantic version, such as ``1.2.0``, or a tag, such as ``production``, to use; wins over
        ``branch``.
    :param branch: use the latest version of this branch; by default of the build's.
    :param use_sidecar: accepted; the model runs in the job's own process here, with the packages installed there.
    :param sidecar_resources: ``cpus``, ``memory_gb`` and ``gpus`` of a sidecar; only with ``use_sidecar=True``.
    :raises TransformTypeError: if an argument is of the wrong type.
    """

    role = "input"
    runtime = "palantir_models.model.input:open_model_input"

    def __init__(
        self,
        alias: str,
        model_version: str | None = None,
        branch: str | None = None,
        use_sidecar: bool = False,
        sidecar_resources: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.alias = _checked(alias, "ModelInput")
        self.model_version = model_version
        self.branch = branch
        self.use_sidecar = use_sidecar
        self.sidecar_resources = sidecar_resources
        if sidecar_resources is not None and not use_sidecar:
            raise TransformTypeError(f"ModelInput({alias!r}): sidecar_resources needs use_sidecar=True.")

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The model."""
        return (Resource("model", self.alias, self.branch),)

    @property
    def json_value(self) -> Any:
        """The declaration as JSON."""
        return {"alias": self.alias, "model_version": self.model_version, "branch": self.branch}


class ModelOutput(Param):
    """A model that a transform trains.

    The compute function receives a :class:`~palantir_models.model.writable.WritableModel`, which creates experiments
    and publishes versions; what it publishes enters the job's one commit.
    Follows the public page integrate-models/model-asset-code-repositories.

    :param model_rid_or_path: the model's path or RID; the model is made when its first version is committed.
    :raises TransformTypeError: if it is not text.
    """

    role = "output"
    runtime = "palantir_models.model.output:open_model_output"

    def __init__(self, model_rid_or_path: str) -> None:
        super().__init__()
        self.alias = _checked(model_rid_or_path, "ModelOutput")

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The model."""
        return (Resource("model", self.alias),)

    @property
    def json_value(self) -> Any:
        """The declaration as JSON."""
        return {"alias": self.alias}


def _checked(alias: object, what: str) -> str:
    if not isinstance(alias, str) or not alias:
        raise TransformTypeError(
            f"{what}({alias!r}): a model is named by its path, such as '/models/wine', or its RID."
        )
    return alias
