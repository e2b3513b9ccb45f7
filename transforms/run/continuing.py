"""What the store says of the outputs and inputs of an incremental transform: what its next run is decided by.

A plan and a job ask here, so both see the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from transforms.plan.incremental import InputState, OutputState, fingerprints, last_build
from transforms.spec.incremental import Incremental, limit_of
from transforms.spec.resource import Resource
from transforms.spec.transform import Transform
from transforms.store.additions import Additions, NotAdditive, additions
from transforms.store.contents import Contents
from transforms.store.entry import InputPin
from transforms.store.foreign import foreign_change
from transforms.store.index import LastWrite
from transforms.store.lookup import candidates, first_found, input_key, label, recorded_key
from transforms.store.storage.base import Storage


@dataclass(frozen=True)
class Place:
    """Where an incremental transform runs.

    Attributes:
        store: the store.
        branch: the branch that is written.
        fallbacks: the branches that are looked at after that.
        writes: what last wrote each resource.
        pinned: the ledger row at which other branches are read; None for the newest.
        has_table: whether there is a table; asked for many, so it may know beforehand.
    """

    store: Contents
    branch: str
    fallbacks: Sequence[str]
    writes: Mapping[tuple[str, str], LastWrite]
    has_table: Callable[[str], bool]
    pinned: int | None = None

    def output(self, resource: Resource) -> OutputState:
        """Return an output as a run meets it: on the branch of the build, else on the one that it goes on from."""
        plain = replace(resource, branch=None)
        branches = candidates(plain, self.branch, self.fallbacks)
        if not plain.has_table:
            made = first_found(branches, lambda branch: self.writes.get((branch, plain.key)))
            return OutputState(plain, None if made is None else made[0])
        found = self._table(plain)
        if found is not None:
            table, branch = found
            last = self.writes.get((branch, plain.key))
            return OutputState(plain, last, self._changed(plain, table, last))
        is_lost = any((branch, plain.key) in self.writes for branch in branches)
        return OutputState(plain, None, "its table is gone" if is_lost else None)

    def _changed(self, resource: Resource, table: str, last: LastWrite | None) -> str | None:
        if last is None:
            return "another program made it"
        if self.pinned is not None and last.branch != self.branch and last.seq > self.pinned:
            return f"commit #{last.seq} is being made on branch {last.branch}"
        return foreign_change(self.store.storage, table) if resource.kind == "dataset" else None

    def branch_of(self, resource: Resource) -> str | None:
        """Return the branch on which an input is read; None where there is none."""
        found = self._table(resource)
        return None if found is None else found[1]

    def _table(self, resource: Resource) -> tuple[str, str] | None:
        """Return the table that a resource means, and its branch."""

        def look(branch: str) -> str | None:
            table = self.store.table_of(resource, branch)
            return table if self.has_table(table) else None

        return first_found(candidates(resource, self.branch, self.fallbacks), look)


class ReadInput(NamedTuple):
    """A dataset that a transform reads incrementally.

    Attributes:
        declared: the dataset, as it is declared.
        resource: the same with the alias that the settings give it.
        limit: the most transactions of it that one run reads; None for all.
    """

    declared: Resource
    resource: Resource
    limit: int | None

    @property
    def key(self) -> str:
        """What identifies it among the inputs of a row of the ledger."""
        return input_key(self.resource)


@dataclass(frozen=True)
class Growth:
    """How an incremental transform asks for what was added to an input since its last run.

    Attributes:
        storage: where the tables lie.
        declared: what ``@incremental`` says.
        last: the last run's commit; None where there was none.
        pins: how that read each of its inputs, by their keys.
        outputs: what it says of its outputs.
    """

    storage: Storage
    declared: Incremental
    last: LastWrite | None
    pins: Mapping[str, InputPin]
    outputs: Sequence[Mapping[str, Any]]

    @cached_property
    def fingerprints(self) -> Mapping[str, str]:
        """What tells the tables that it read from others that were made in their place, by the inputs' keys."""
        return fingerprints(self.outputs)

    @classmethod
    def since(cls, storage: Storage, declared: Incremental, outputs: Sequence[OutputState]) -> Growth:
        """Return how a transform asks whose last run wrote some outputs."""
        last = last_build(outputs)
        writes = (output.last for output in outputs if output.last is not None)
        same = [write.output for write in writes if last is not None and write.seq == last.seq]
        return cls(storage, declared, last, {} if last is None else last.pins, same)

    def pin(self, resource: Resource) -> InputPin | None:
        """Return how the last run read an input; None where it did not."""
        key = None if self.last is None else recorded_key(resource, self.pins, self.last.inputs_branches)
        return None if key is None else self.pins[key]

    def look(
        self, read: ReadInput, branch: str, table: str, until: int | None = None
    ) -> tuple[InputState, Additions | None]:
        """Return an input as a run meets it, and what was added to it since the last one.

        :param read: the input.
        :param branch: the branch on which it is read.
        :param table: its table.
        :param until: the version up to which it may be read; the newest when None.
        """
        pin = self.pin(read.resource)
        state = InputState(label(read.key), pin, branch)
        if pin is None or pin.branch != branch:
            return state, None
        found = additions(
            self.storage,
            table,
            pin.version,
            until,
            fingerprint=self.fingerprints.get(read.key),
            allow_retention=self.declared.allow_retention,
            limit=read.limit,
        )
        if isinstance(found, NotAdditive):
            return replace(state, broken=found.reason), None
        return state, found


def read_inputs(
    transform: Transform, declared: Incremental, resolve: Callable[[Resource], Resource]
) -> list[ReadInput]:
    """Return the datasets that a transform reads incrementally, each once.

    :param transform: the transform.
    :param declared: what ``@incremental`` says of it.
    :param resolve: gives an input the alias that the settings give it.
    """
    found = [
        ReadInput(resource, resolve(resource), limit_of(param))
        for name, param in transform.inputs.items()
        if name not in declared.snapshot_inputs
        for resource in param.resources
        if resource.kind == "dataset"
    ]
    return list({read.key: read for read in found}.values())
