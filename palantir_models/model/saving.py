"""Saving a model version where its commit will find it."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from palantir_models.model.versions import ModelVersion, version_row, versions_schema
from palantir_models.models import ModelVersionChangeType
from transforms.common.hashing import sha256_of_bytes
from transforms.store import layout
from transforms.store.entry import InputPin
from transforms.store.lookup import label
from transforms.store.transaction import Transaction

if TYPE_CHECKING:
    import pyarrow as pa

    from palantir_models.adapter.base import ModelAdapter


TRAINING = ".training"
"""The folder beside a version's state that has the code of its transform, with the first version of a commit."""


@dataclass(frozen=True)
class Provenance:
    """Where a version comes from, and what its author says of it.

    Attributes:
        inputs: what the job read, by :func:`~transforms.store.lookup.input_key`.
        code_version: the version of the training transform's logic; empty outside of a transform.
        experiment_id: the experiment that goes with it, if any.
        notes: what its author wrote about it, if anything.
        change_type: which part of the version number it raises.
        training: the code of the transform that trained it, each file by its place below :data:`TRAINING`.
    """

    inputs: Mapping[str, InputPin]
    code_version: str
    experiment_id: str | None = None
    notes: str | None = None
    change_type: ModelVersionChangeType = ModelVersionChangeType.MINOR
    training: Mapping[str, bytes] = field(default_factory=dict)


def save_version(
    transaction: Transaction, model: str, number: str, adapter: ModelAdapter, provenance: Provenance
) -> ModelVersion:
    """Stage an adapter's state and return the version that it will be.

    :param transaction: the transaction that stages.
    :param model: the model's folder, relative to the store's root.
    :param number: its semantic version.
    :param adapter: the trained model in its adapter.
    :param provenance: where it comes from.
    :returns: the version, with an id of its own.
    :raises SerializationError: if the state cannot be saved; nothing of it is left then.
    """
    from palantir_models.adapter import save_adapter

    version_id = uuid.uuid4().hex
    folder = transaction.staging(model, layout.ARTIFACTS, version_id)
    try:
        saved = save_adapter(adapter, folder)
        sums = dict(sorted({**saved.sha256, **_written(provenance.training, folder)}.items()))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return ModelVersion(
        version_id=version_id,
        version=number,
        created_time=datetime.now(UTC),
        branch=transaction.branch,
        transform=transaction.transform,
        transaction=transaction.id,
        adapter=saved.adapter,
        api=saved.api,
        serializers=saved.serializers,
        sha256=sums,
        requirements=saved.requirements,
        inputs=json.dumps({label(key): pin.version for key, pin in provenance.inputs.items()}),
        code_version=provenance.code_version,
        experiment_id=provenance.experiment_id,
        notes=provenance.notes,
        change_type=provenance.change_type.name,
    )


def _written(files: Mapping[str, bytes], state: Path) -> dict[str, str]:
    """Put the training's code beside a state, and return the SHA-256 sum of each of its files."""
    sums = {}
    for place, content in files.items():
        name = f"{TRAINING}/{place}"
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_bytes(content)
        sums[name] = sha256_of_bytes(content)
    return sums


def version_table(versions: list[ModelVersion]) -> pa.Table:
    """Return versions as rows of the versions table."""
    import pyarrow as pa

    return pa.Table.from_pylist([version_row(version) for version in versions], schema=versions_schema())
