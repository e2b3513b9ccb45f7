"""What last wrote each dataset and model: the ledger folded, so that nobody reads all of it.

The index is a cache. It is saved now and then beside the ledger and brought up to date from the entries since;
without a saved one, or where the ledger does not have the row that a saved one ends with, it is made anew from the
whole ledger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from transforms.spec.resource import Resource
from transforms.store import machine
from transforms.store.cache import sealed, unsealed
from transforms.store.entry import Entry, InputPin
from transforms.store.ledger import INDEX, Ledger
from transforms.store.storage.base import Storage

_COPY = re.compile(r"\d{20}\.json")


@dataclass(frozen=True, slots=True)
class LastWrite:
    """The newest committed job that wrote a resource on a branch.

    Attributes:
        branch: the branch.
        key: the resource, as ``dataset:/examples/wine/raw``.
        seq: the ledger row of the job.
        transaction: the id of its transaction.
        transform: the transform that wrote it, or ``put``.
        code_version: the version of that transform's logic.
        inputs: the state of each input it read, by :func:`~transforms.store.lookup.input_key`: see :attr:`InputPin.state`.
        inputs_branches: the branch that each input was found on.
        inputs_versions: the version of each input's Delta table.
        time: when it was committed, ISO 8601 in UTC.
        output: what was written, for people: rows, files, model version, experiment.
        parameters: the value of each scalar parameter, by name; see :mod:`transforms.store.recorded_parameters`.
    """

    branch: str
    key: str
    seq: int
    transaction: str
    transform: str
    code_version: str
    inputs: Mapping[str, int]
    inputs_branches: Mapping[str, str]
    inputs_versions: Mapping[str, int]
    time: str
    output: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def alias(self) -> str:
        """The alias of the resource."""
        return self.key.split(":", 1)[1]

    @property
    def kind(self) -> str:
        """``dataset``, ``model`` or ``evaluation``."""
        return self.key.split(":", 1)[0]

    @property
    def resource(self) -> Resource:
        """The resource."""
        return Resource(*self.key.split(":", 1))  # type: ignore[arg-type]

    @property
    def evaluated(self) -> list[Resource]:
        """The models to which it added evaluations, where that is what it wrote, each once."""
        found = self.output.get("evaluations", ()) if self.kind == "evaluation" else ()
        return [Resource("model", alias) for alias in dict.fromkeys(one["model"] for one in found)]

    @property
    def pins(self) -> dict[str, InputPin]:
        """The state of each input it read, as the row has it."""
        return {
            key: InputPin(max(state, 0), self.inputs_versions[key], self.inputs_branches[key])
            for key, state in self.inputs.items()
        }

    @property
    def committed_time(self) -> datetime:
        """When it was committed."""
        return datetime.fromisoformat(self.time)


_FIELDS = {part.name for part in fields(LastWrite)}


class Index:
    """The newest write of every resource on every branch.

    :param storage: the store's storage, where saved copies lie beside the ledger.
    :param ledger: the ledger that is folded.
    :param owner: tells the store's name, without which no saved copy is believed.
    """

    def __init__(self, storage: Storage, ledger: Ledger, owner: Callable[[], str]) -> None:
        self._storage = storage
        self._ledger = ledger
        self._owner = owner
        self._lock = machine.lock()  # jobs of one build look at it side by side
        self._seq = -1
        self._saved = 0
        self._writes: dict[tuple[str, str], LastWrite] = {}

    def saved_seq(self) -> int:
        """Return the ledger row of the saved copy that is in use, 0 where there is none."""
        with self._lock:
            if self._seq < 0:
                self._load()
            return self._saved

    @property
    def seq(self) -> int:
        """The ledger row up to which the index knows everything; -1 before the first refresh."""
        return self._seq

    def refresh(self) -> Mapping[tuple[str, str], LastWrite]:
        """Bring the index up to date and return it, by branch and resource key."""
        with self._lock:
            if self._seq < 0:
                self._load()
            withdrawn = self._ledger.withdrawn(after=self._seq)
            if any(write.seq in withdrawn for write in self._writes.values()):  # then who wrote before it counts again
                self._writes, self._seq = {}, 0
                withdrawn = self._ledger.withdrawn(after=0)
            for entry in self._ledger.entries(after=self._seq):
                if entry.seq not in withdrawn:
                    self._fold(entry)
            self._seq = max(self._seq, self._ledger.head(), 0)
            return dict(self._writes)

    def save(self) -> None:
        """Save a copy of the index for processes to come."""
        newest = max(self._writes.values(), key=lambda write: write.seq, default=None)
        if newest is None:
            return
        content = {
            "newest": [newest.seq, newest.transaction],
            "writes": [asdict(write) for write in self._writes.values()],
        }
        name = f"{self._seq:020}.json"
        self._storage.write(f"{INDEX}/{name}", sealed(self._owner(), content))
        self._saved = newest.seq
        before = max((copy for copy in self._copies() if copy < name), default=None)
        for copy in self._copies():
            if copy not in (name, before):
                self._storage.delete(f"{INDEX}/{copy}")
        self._ledger.forget(until=self._seq)

    def _copies(self) -> list[str]:
        return sorted(filter(_COPY.fullmatch, self._storage.names(INDEX)), reverse=True)

    def _load(self) -> None:
        self._seq = 0
        for copy in self._copies():
            try:
                content = unsealed(self._owner(), self._storage.read(f"{INDEX}/{copy}"))
            except OSError:
                continue  # it only costs the time to fold more of the ledger
            # One that another version of this package saved may tell less, or more.
            if content is None or any(write.keys() != _FIELDS for write in content["writes"]):
                continue
            if self._ledger.knows(*content["newest"]):
                writes = [LastWrite(**write) for write in content["writes"]]
                self._writes = {(write.branch, write.key): write for write in writes}
                self._seq = self._saved = content["newest"][0]
                return

    def _fold(self, entry: Entry) -> None:
        inputs = {key: pin.state for key, pin in entry.inputs.items()}
        branches = {key: pin.branch for key, pin in entry.inputs.items()}
        for key, output in entry.outputs.items():
            self._writes[entry.branch, key] = LastWrite(
                entry.branch,
                key,
                entry.seq,
                entry.transaction,
                entry.transform,
                entry.code_version,
                inputs,
                branches,
                {key: pin.version for key, pin in entry.inputs.items()},
                entry.ratified_time.isoformat(),
                output,
                entry.parameters,
            )
        self._seq = max(self._seq, entry.seq)
