"""What a version of a dataset or a model was made from: followed through the rows of the ledger, job by job."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from transforms.store.entry import Entry, InputPin
from transforms.store.lookup import resource_of

LOADED = "loaded"
"""Where the ledger's row says of an output which versions of models its job was given; see :func:`loaded`."""


def loaded(outputs: Iterable[Mapping[str, Any]]) -> Mapping[str, list[Mapping[str, Any]]]:
    """Return which versions of models a job was given, by what identifies the input: ``version``, and ``seq`` of the commit that
    published it, None where no job of the store did. Rows of earlier versions of this package do not tell.

    :param outputs: what the ledger's row says of its outputs.
    """
    return next((output[LOADED] for output in outputs if LOADED in output), {})


@dataclass(frozen=True)
class Made:
    """A version of a dataset or a model, and what it was made from.

    Attributes:
        key: what identifies it, as the row of its reader has it: see :func:`~transforms.store.lookup.input_key`.
        branch: the branch that it is on.
        version: the version of its Delta table.
        entry: the commit that wrote it; None where no job of the store did, or the ledger does not have the row.
        inputs: what that read, each once; empty where it stands elsewhere in the tree, or is deeper than was asked for.
        is_repeated: whether what it was made from stands elsewhere in the tree, above this place.
    """

    key: str
    branch: str
    version: int
    entry: Entry | None
    inputs: tuple[Made, ...] = ()
    is_repeated: bool = False

    @property
    def alias(self) -> str:
        """The alias of the dataset or model."""
        return resource_of(self.key).alias


def trace(key: str, pin: InputPin, entry_of: Callable[[int], Entry | None], depth: int) -> Made:
    """Follow what a version was made from.

    :param key: the resource.
    :param pin: its branch, the version of its table, and the ledger row that wrote it.
    :param entry_of: returns a row of the ledger; None where there is none.
    :param depth: how many jobs to go back; 0 for the one that wrote it alone.
    """
    seen: set[int] = set()

    def made(key: str, pin: InputPin, depth: int) -> Made:
        entry = entry_of(pin.seq) if pin.seq else None
        if entry is None:
            return Made(key, pin.branch, pin.version, None)
        is_repeated = entry.seq in seen and bool(entry.inputs)
        seen.add(entry.seq)
        if is_repeated or depth < 0:
            return Made(key, pin.branch, pin.version, entry, is_repeated=is_repeated)
        inputs = tuple(made(name, _maker(entry, name, read), depth - 1) for name, read in sorted(entry.inputs.items()))
        return Made(key, pin.branch, pin.version, entry, inputs)

    return made(key, pin, depth)


def _maker(entry: Entry, key: str, pin: InputPin) -> InputPin:
    """Return the state of an input as its maker left it: a model may have been read at another version than its newest."""
    versions = loaded(entry.outputs.values()).get(key, [])
    seqs = {version["seq"] for version in versions if version["seq"]}
    return replace(pin, seq=seqs.pop()) if len(seqs) == 1 else pin
