"""A row of the ledger: everything one committed job did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from transforms.common.json_text import from_json
from transforms.spec.resource import Resource
from transforms.store import machine
from transforms.store.change import TableChange
from transforms.store.layout import ARTIFACTS, DATA, FILES, resource_path

_PARAMETER = "parameter:"
"""Begins the name of a parameter among the inputs of a row; no kind of resource is called so."""


@dataclass(frozen=True, slots=True)
class InputPin:
    """The state of an input that a job read.

    Attributes:
        seq: the ledger row that last wrote the input, 0 for a table that no job of this store wrote.
        version: the version of its Delta table.
        branch: the branch it was found on.
    """

    seq: int
    version: int
    branch: str

    @property
    def state(self) -> int:
        """A number that changes with the input: its ledger row, or one below zero for a version that others wrote."""
        return self.seq or -1 - self.version


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a job made its outputs from.

    Attributes:
        inputs: the state of each input, by :func:`~transforms.store.lookup.input_key`.
        code_version: the version of the transform's logic.
        parameters: the value of each scalar parameter, by name.
    """

    inputs: Mapping[str, InputPin] = field(default_factory=dict)
    code_version: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One committed job.

    Attributes:
        seq: its place in the global order of commits: the version of the ledger table that brought it.
        transaction: the id of the transaction.
        transform: the name of the transform, or ``put``.
        branch: the branch it wrote.
        started_time: when the job began.
        ratified_time: when it was committed.
        user: who ran it.
        code_version: the version of the transform's logic.
        inputs: the state of each input, by :func:`~transforms.store.lookup.input_key`.
        outputs: what became of each output, by resource key, for people: rows, files, model version, experiment.
        changes: what it does to each Delta table.
        parameters: the value of each scalar parameter, by name; see :mod:`transforms.store.recorded_parameters`.
    """

    seq: int
    transaction: str
    transform: str
    branch: str
    started_time: datetime
    ratified_time: datetime
    user: str
    code_version: str
    inputs: Mapping[str, InputPin]
    outputs: Mapping[str, Mapping[str, Any]]
    changes: tuple[TableChange, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Entry #{self.seq}: {self.transform} wrote {', '.join(self.outputs) or 'nothing'} on {self.branch}>"

    def at(self, seq: int) -> Entry:
        """Return the entry with its place in the order."""
        return replace(self, seq=seq, ratified_time=machine.now())

    @property
    def resources(self) -> list[Resource]:
        """What it wrote."""
        return [Resource(*key.split(":", 1)) for key in self.outputs]  # type: ignore[arg-type]

    @property
    def staged_folders(self) -> list[str]:
        """The folders, relative to the root, that hold what it brought and nothing else."""
        folders = [f"{change.table}/{kind}/{self.transaction}" for change in self.changes for kind in (DATA, FILES)]
        for resource in self.resources:
            output = self.outputs[resource.key]
            ids = [version["version_id"] for version in output.get("versions") or [output] if "version_id" in version]
            folders += [f"{resource_path(resource, self.branch)}/{ARTIFACTS}/{identity}" for identity in ids]
        return folders

    def to_row(self) -> dict[str, Any]:
        """Return the entry as a row of the ledger table: nested parts are JSON text."""
        return {
            "seq": self.seq,
            "transaction": self.transaction,
            "transform": self.transform,
            "branch": self.branch,
            "started_time": self.started_time,
            "ratified_time": self.ratified_time,
            "user": self.user,
            "code_version": self.code_version,
            "inputs": json.dumps(
                {key: [pin.seq, pin.version, pin.branch] for key, pin in self.inputs.items()}
                | {f"{_PARAMETER}{name}": value for name, value in self.parameters.items()}
            ),
            "outputs": json.dumps(self.outputs),
            "changes": json.dumps([change.to_json() for change in self.changes]),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Entry:
        """Read an entry back from a row, with times as datetimes or as ISO text."""
        inputs = from_json(row["inputs"])
        return cls(
            seq=row["seq"],
            transaction=row["transaction"],
            transform=row["transform"],
            branch=row["branch"],
            started_time=_time(row["started_time"]),
            ratified_time=_time(row["ratified_time"]),
            user=row["user"],
            code_version=row["code_version"],
            inputs={key: InputPin(*pin) for key, pin in inputs.items() if not key.startswith(_PARAMETER)},
            outputs=from_json(row["outputs"]),
            changes=tuple(TableChange.from_json(change) for change in from_json(row["changes"])),
            parameters={
                key.removeprefix(_PARAMETER): value for key, value in inputs.items() if key.startswith(_PARAMETER)
            },
        )


def _time(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
