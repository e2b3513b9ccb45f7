"""An earlier version of a model as its newest one: its saved state is linked or copied, and nothing is loaded."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from palantir_models.model.published import published_versions
from palantir_models.model.saving import version_table
from palantir_models.model.staging import stage_tables
from palantir_models.model.versions import ModelVersion, newest_version, next_version
from transforms.errors import StoreError
from transforms.plan.rollback import LIFECYCLE, ROLLBACK
from transforms.run.scope import Sealed
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.tables import TableView
from transforms.store.transaction import Transaction

_OF_ONE_COMMIT = ("experiments", "values", "versions", "latest_version", "imported", ROLLBACK, LIFECYCLE)


def restore_model(transaction: Transaction, resource: Resource, earlier: TableView, told: Mapping[str, Any]) -> Sealed:
    """Stage the version of a model that was its latest once; it gets a number of its own, and its experiment stays with it.

    :param transaction: the transaction, which holds the model's lease.
    :param resource: the model.
    :param earlier: its table of versions as it was then.
    :param told: what the commit that made it says of it.
    :returns: the model's part of the commit.
    :raises StoreError: if there was no other version then, or files of its state are gone.
    """
    published = published_versions(transaction.store, resource.alias, _opened(transaction, resource))
    then = published_versions(transaction.store, resource.alias, earlier).present
    if not published.present or not then:
        raise StoreError(f"{resource} had no version then")
    if then[-1].version_id == published.present[-1].version_id:
        raise StoreError(f"{resource} has had no new version since: what was added stays")
    return restore_version(transaction, resource, then[-1], told)


def restore_version(
    transaction: Transaction, resource: Resource, earlier: ModelVersion, told: Mapping[str, Any]
) -> Sealed:
    """Stage a version of a model as its newest one; it gets a number of its own, and its experiment stays with it.

    :param transaction: the transaction, which holds the model's lease.
    :param resource: the model.
    :param earlier: the version.
    :param told: what the commit that made it says of it.
    :returns: the model's part of the commit.
    :raises StoreError: if files of its state are gone.
    """
    path = layout.resource_path(resource, transaction.branch)
    now = _opened(transaction, resource)
    newest = None if now is None else newest_version(transaction.store, resource, now)
    if now is None or newest is None:
        raise StoreError(f"{resource} has no version")
    version = _copied(transaction, path, earlier, next_version(newest[0], None))
    summary = {
        **lasting(told),
        "version": version.version,
        "version_id": version.version_id,
        "version_count": now.row_count() + 1,
        "versions": [{"version": version.version, "version_id": version.version_id, "experiment": None}],
        "experiments": [],
        "values": 0,
    }
    changes = stage_tables(transaction, path, {layout.VERSIONS: version_table([version])})
    return Sealed(resource, tuple(changes), summary)


def lasting(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a commit says of a model that is true after a later one, too, which published nothing new."""
    return {name: value for name, value in told.items() if name not in _OF_ONE_COMMIT}


def _opened(transaction: Transaction, resource: Resource) -> TableView | None:
    return transaction.open_output(f"{layout.resource_path(resource, transaction.branch)}/{layout.VERSIONS}")


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
