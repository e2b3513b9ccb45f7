"""Models in tests: what a transform published, and models to give to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from palantir_models.adapter.base import ModelAdapter
from palantir_models.model.commit import ModelCommit
from palantir_models.model.input import load_version
from palantir_models.model.output import JobModel
from palantir_models.model.versions import ModelVersion, pick_version
from transforms.spec.resource import Resource
from transforms.store.layout import resource_path
from transforms.store.storage.base import Storage
from transforms.store.store import Store


@dataclass(frozen=True)
class TrainedModel:
    """What a transform published to a model in a test.

    Attributes:
        alias: the model.
        versions: the versions that this run published, oldest first.
        storage: the store's storage.
        folder: the model's folder, relative to the store's root.
    """

    alias: str
    versions: Sequence[ModelVersion]
    storage: Storage
    folder: str

    def load(self, version: str | None = None) -> ModelAdapter:
        """Load one of the published versions, the last one when None."""
        return load_version(self.storage, self.folder, pick_version(self.alias, self.versions, version))

    def table(self, name: str) -> Any:
        """Return one of the model's Delta tables (``metrics``, ``images``, …) as a Polars frame."""
        import polars as pl

        return pl.read_delta(self.storage.uri(f"{self.folder}/{name}"), storage_options=self.storage.options)


def trained_model(model: JobModel, store: Store, branch: str) -> TrainedModel:
    """Return what a job published to a model, after its commit.

    :param model: what the transform's function was given.
    :param store: the store that the job committed to.
    :param branch: its branch.
    """
    folder = resource_path(Resource("model", model.alias), branch)
    return TrainedModel(model.alias, model.versions, store.storage, folder)


def put_model(store: Store, branch: str, resource: Resource, adapter: ModelAdapter) -> ModelVersion:
    """Publish a model that no transform trained, for one that uses it."""
    transaction = store.begin("put", resource.branch or branch, [resource])
    try:
        commit = ModelCommit(transaction, resource)
        version = commit.save(adapter, {})
        sealed = commit.seal()
        transaction.commit(sealed.changes, {resource.key: sealed.summary})
    except BaseException:
        transaction.abandon()
        raise
    return version
