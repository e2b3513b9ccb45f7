"""The RIDs by which the page and the REST interface address what a store holds."""

from __future__ import annotations

from palantir_models.model.versions import version_rid
from transforms.run.scope import resource_rid
from transforms.spec.resource import Resource
from transforms.store.layout import is_identifier

__all__ = ["dataset_rid", "experiment_id", "experiment_rid", "model_rid", "rid_of", "version_rid"]

_EXPERIMENT = "ri.models.main.experiment."


def rid_of(resource: Resource) -> str:
    """Return the RID of a dataset or model: its alias where that is one, else one made from it."""
    return resource_rid(resource)


def model_rid(alias: str) -> str:
    """Return the RID of the model of an alias."""
    return resource_rid(Resource("model", alias))


def dataset_rid(alias: str) -> str:
    """Return the RID of the dataset of an alias."""
    return resource_rid(Resource("dataset", alias))


def experiment_rid(identity: str) -> str:
    """Return the RID of an experiment.

    :param identity: its 32 hexadecimal digits.
    """
    return f"{_EXPERIMENT}{identity}"


def experiment_id(text: str) -> str | None:
    """Return the 32 hexadecimal digits of an experiment from its RID or from themselves; None for any other text."""
    identity = text.removeprefix(_EXPERIMENT)
    return identity if is_identifier(identity) else None
