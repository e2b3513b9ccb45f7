"""Versions of a model: their numbers, their RIDs, and their rows in the versions table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from palantir_models.display import escaped, html_facts, text_facts
from palantir_models.models import ModelVersionChangeType
from transforms.common.json_text import from_json
from transforms.errors import UsageError
from transforms.spec.resource import Resource
from transforms.store.contents import Contents
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import pyarrow as pa

LATEST = "latest"
"""The word for a model's newest version, where one is asked for."""

_RID = "ri.models.main.model-version."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEMANTIC = re.compile(r"(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, repr=False)
class ModelVersion:
    """One published version of a model: a row of its versions table.

    Attributes:
        version_id: names the version for good.
        version: ``MAJOR.MINOR.PATCH``.
        created_time: when it was published, in UTC.
        branch: the branch it was published on.
        transform: the transform that trained it.
        transaction: the id of the transaction that committed it.
        adapter: the adapter's class as ``module:Class``.
        api: what the adapter takes and gives, as JSON.
        serializers: how each part of its state was saved, as JSON.
        sha256: the SHA-256 sum of every saved file, by path.
        requirements: the packages it was trained with, as JSON.
        inputs: the version of each dataset it was trained on, as JSON.
        code_version: the version of the training transform's logic.
        experiment_id: the experiment published with it, if any.
        notes: what its author wrote about it, if anything.
        change_type: which part of the version number it raised.
    """

    version_id: str
    version: str
    created_time: datetime
    branch: str
    transform: str
    transaction: str
    adapter: str
    api: str
    serializers: str
    sha256: Mapping[str, str]
    requirements: str
    inputs: str
    code_version: str
    experiment_id: str | None
    notes: str | None
    change_type: str

    @property
    def rid(self) -> str:
        """The version's RID."""
        return version_rid(self.version_id)

    @property
    def trained_on(self) -> Mapping[str, int]:
        """The Delta version of each dataset it was trained on, by alias, or ``alias @branch`` for one read on a branch by name."""
        inputs: Mapping[str, int] = from_json(self.inputs)
        return inputs

    def _facts(self) -> dict[str, object]:
        return {
            "version": self.version,
            "created": self.created_time,
            "adapter": self.adapter,
            "transform": self.transform,
            "trained on": ", ".join(f"{alias} at version {version}" for alias, version in self.trained_on.items()),
            "experiment": self.experiment_id,
            "notes": self.notes,
            "files": len(self.sha256),
            "RID": self.rid,
        }

    def __repr__(self) -> str:
        return f"Version {self.version} of a model\n{text_facts(self._facts())}"

    def _repr_html_(self) -> str:
        return f"<div><b>Version {escaped(self.version)}</b>{html_facts(self._facts())}</div>"


def version_rid(version_id: str) -> str:
    """Return the RID of a version."""
    return f"{_RID}{version_id}"


def next_version(latest: str | None, change_type: ModelVersionChangeType | None) -> str:
    """Return the number after another.

    :param latest: the newest version's number; None for the first, which is 1.0.0.
    :param change_type: which part rises; MINOR when None.
    """
    if latest is None:
        return "1.0.0"
    major, minor, patch = parts(latest)
    if change_type is ModelVersionChangeType.MAJOR:
        return f"{major + 1}.0.0"
    if change_type is ModelVersionChangeType.PATCH:
        return f"{major}.{minor}.{patch + 1}"
    return f"{major}.{minor + 1}.0"


def parts(version: str) -> tuple[int, int, int]:
    """Return the three numbers of a semantic version.

    :raises UsageError: if it is not one.
    """
    match = _SEMANTIC.fullmatch(version)
    if match is None:
        raise UsageError(f"{version!r} is no version of a model: give a RID or a number such as '1.2.0'.")
    return int(match[1]), int(match[2]), int(match[3])


def read_versions(view: TableView) -> list[ModelVersion]:
    """Return the versions of a model, oldest first."""
    from transforms.engine.local.reading import read_arrow

    # By column, and times as numbers: a tenth of the time that PyArrow takes to make rows.
    table = read_arrow(view)
    moments = table["created_time"].cast(versions_schema().field("created_time").type).cast("int64")
    columns = {name: table[name].to_pylist() for name in table.column_names if name != "created_time"}
    columns["created_time"] = [_EPOCH + timedelta(microseconds=moment) for moment in moments.to_pylist()]
    columns["sha256"] = [dict(sums or ()) for sums in columns["sha256"]]
    rows = zip(*(columns[field.name] for field in fields(ModelVersion)), strict=True)
    return sorted((ModelVersion(*row) for row in rows), key=lambda version: parts(version.version))


def newest_version(store: Contents, resource: Resource, view: TableView) -> tuple[str, str] | None:
    """Return the number and the id of a model's newest version; None where it has none.

    The ledger's row that wrote the model last tells them, so that a long history is not read. Where it cannot be trusted,
    because another program wrote into the table since, the table is read.

    :param store: the store.
    :param resource: the model.
    :param view: its table of versions.
    """
    entry = store.ledger.entry(view.seq)
    told = {} if entry is None else entry.outputs.get(resource.key, {})
    if told.get("version_count") == view.row_count():
        return (told["version"], told["version_id"]) if told["version_count"] else None
    versions = read_versions(view)
    return (versions[-1].version, versions[-1].version_id) if versions else None


def version_row(version: ModelVersion) -> dict[str, Any]:
    """Return a version as a row of the versions table."""
    return {f.name: getattr(version, f.name) for f in fields(version)} | {"sha256": list(version.sha256.items())}


@cache
def versions_schema() -> pa.Schema:
    """Return the columns of the versions table."""
    import pyarrow as pa

    special = {"created_time": pa.timestamp("us", tz="UTC"), "sha256": pa.map_(pa.string(), pa.string())}
    return pa.schema([(f.name, special.get(f.name, pa.string())) for f in fields(ModelVersion)])
