"""An earlier version of a model as its newest one: its saved state is linked or copied, and nothing is loaded."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from palantir_models.model.saving import version_table
from palantir_models.model.staging import stage_tables
from palantir_models.model.versions import ModelVersion, newest_version, next_version, read_versions
from transforms.errors import StoreError
from transforms.run.scope import Sealed
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.tables import TableView
from transforms.store.transaction import Transaction


def restore_model(transaction: Transaction, resource: Resource, earlier: TableView, told: Mapping[str, Any]) -> Sealed:
    """Stage the version of a model that was its latest once; it gets a number of its own, and its experiment stays with it.

    :param transaction: the transaction, which holds the model's lease.
    :param resource: the model.
    :param earlier: its table of versions as it was then.
    :param told: what the commit that made it says of it.
    :returns: the model's part of the commit.
    :raises StoreError: if there was no other version then, or files of its state are gone.
    """
    path = layout.resource_path(resource, transaction.branch)
    now = transaction.open_output(f"{path}/{layout.VERSIONS}")
    there = None if now is None else newest_version(transaction.store, resource, now)
    then = read_versions(earlier)
    if now is None or there is None or not then:
        raise StoreError(f"{resource} had no version then")
    if then[-1].version_id == there[1]:
        raise StoreError(f"{resource} has had no new version since: what was added are experiments, which stay")
    version = _copied(transaction, path, then[-1], next_version(there[0], None))
    summary = {
        **{name: value for name, value in told.items() if name not in ("experiments", "values", "versions")},
        "version": version.version,
        "version_id": version.version_id,
        "version_count": now.row_count() + 1,
        "versions": [{"version": version.version, "version_id": version.version_id, "experiment": None}],
        "experiments": [],
        "values": 0,
    }
    changes = stage_tables(transaction, path, {layout.VERSIONS: version_table([version])})
    return Sealed(resource, tuple(changes), summary)


def _copied(transaction: Transaction, path: str, earlier: ModelVersion, number: str) -> ModelVersion:
    storage, version_id = transaction.store.storage, uuid.uuid4().hex
    source = f"{path}/{layout.ARTIFACTS}/{earlier.version_id}"
    files = storage.files(source)
    gone = sorted(earlier.sha256.keys() - files.keys())
    if gone:
        raise StoreError(f"{gone[0]} of version {earlier.version} of {transaction.transform}'s model is gone")
    target = transaction.staging_name(path, layout.ARTIFACTS, version_id)
    for name in files:
        storage.copy(f"{source}/{name}", f"{target}/{name}")
    before = f"rollback to {earlier.version}"
    return replace(
        earlier,
        version_id=version_id,
        version=number,
        created_time=datetime.now(UTC),
        transaction=transaction.id,
        notes=f"{before}: {earlier.notes}" if earlier.notes else before,
        change_type="MINOR",
    )
