"""Models in tests: what a transform published, and models to give to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from palantir_models.adapter.base import ModelAdapter
from palantir_models.model.input import load_version
from palantir_models.model.versions import ModelVersion, read_versions, version_row, versions_schema
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.store import Store


@dataclass(frozen=True)
class PublishedModel:
    """What a model output published in a test.

    Attributes:
        alias: the model.
        versions: the versions that this run published, oldest first.
        folder: the model's folder in the store.
    """

    alias: str
    versions: Sequence[ModelVersion]
    folder: Path

    def load(self, version: str | None = None) -> ModelAdapter:
        """Load one of the published versions, the last one when None."""
        from palantir_models.model.versions import pick_version

        return load_version(self.folder, pick_version(self.alias, self.versions, version))

    def table(self, name: str) -> Any:
        """Return one of the model's Delta tables (``metrics``, ``images``, …) as a Polars frame."""
        import polars as pl

        return pl.read_delta(str(self.folder / name))


def put_model(store: Store, branch: str, resource: Resource, adapter: ModelAdapter) -> ModelVersion:
    """Publish a model that no transform trained, for one that uses it."""
    import pyarrow as pa

    from palantir_models.adapter import save_adapter
    from transforms.engine.local.staging import stage_frame

    transaction = store.begin("put", resource.branch or branch, [resource])
    path = layout.resource_path(resource, transaction.branch)
    try:
        version_id = transaction.id
        saved = save_adapter(adapter, transaction.staging(path, layout.ARTIFACTS, version_id))
        found = store.view_table(f"{path}/{layout.VERSIONS}")
        number = len(read_versions(found)) if found else 0
        version = ModelVersion(
            version_id=version_id,
            version=f"1.{number}.0",
            created_time=datetime.now(UTC),
            branch=transaction.branch,
            transform="put",
            transaction=transaction.id,
            adapter=saved.adapter,
            api=saved.api,
            serializers=saved.serializers,
            sha256=saved.sha256,
            requirements=saved.requirements,
            inputs="{}",
            code_version="",
            experiment_id=None,
            notes=None,
            change_type="MINOR",
        )
        rows = pa.Table.from_pylist([version_row(version)], schema=versions_schema())
        change = stage_frame(transaction, f"{path}/{layout.VERSIONS}", rows, "append")
        outputs: Mapping[str, Any] = {resource.key: {"version": version.version, "version_id": version_id}}
        transaction.commit([change], outputs, {}, "")
    except BaseException:
        transaction.abandon()
        raise
    return version
