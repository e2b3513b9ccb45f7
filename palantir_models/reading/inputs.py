"""What the job of an experiment read: which version of each input, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from transforms.common.text import counted
from transforms.plan.incremental import read_amounts
from transforms.plan.lineage import loaded
from transforms.store.lookup import label, resource_of

if TYPE_CHECKING:
    from transforms.store.entry import Entry, InputPin
    from transforms.store.ledger import Ledger


@dataclass(frozen=True)
class InputRead:
    """What a job read of one input.

    Attributes:
        kind: ``dataset`` or ``model``.
        alias: its path or RID, with its branch where that was asked for.
        path: the same without it.
        branch: the branch that it was found on.
        version: the version of a dataset's table, or the number of the model's version that was loaded; None where that is not
            known.
        seq_of_writer: the commit that made that; None where no job of the store did.
        rows_read: how many rows were read, of a job that may run incrementally; None where that is not known.
        since: the version since which these came; None for all that there were.
    """

    kind: str
    alias: str
    path: str
    branch: str
    version: int | str | None
    seq_of_writer: int | None
    rows_read: int | None = None
    since: int | None = None

    def __str__(self) -> str:
        version = "" if self.version is None else f" version {self.version}"
        rows = "" if self.rows_read is None else counted(self.rows_read, "row")
        amount = rows if self.since is None else f"{rows} since version {self.since}".strip()
        return f"{self.alias}{version}{f' ({amount})' if amount else ''}"


def inputs_read(entry: Entry, ledger: Ledger) -> tuple[InputRead, ...]:
    """Return what a commit read, in the order of the inputs' keys.

    Which version of a model was loaded the row says; of rows that do not, it is the newest that the model had.

    :param entry: the commit.
    :param ledger: the ledger that it is in.
    """
    amounts = read_amounts(entry.outputs.values())
    models = loaded(entry.outputs.values())
    return tuple(
        _model(key, pin, models[key]) if key in models else _read(key, pin, amounts.get(key, {}), ledger)
        for key, pin in sorted(entry.inputs.items())
    )


def version_numbers(output: Mapping[str, Any]) -> list[str]:
    """Return the versions of a model that a commit published.

    :param output: what the ledger's row says of the model.
    """
    return [one["version"] for one in output.get("versions") or ([output] if "version" in output else [])]


def _model(key: str, pin: InputPin, versions: Sequence[Mapping[str, Any]]) -> InputRead:
    resource = resource_of(key)
    numbers = ", ".join(dict.fromkeys(str(version["version"]) for version in versions))
    return InputRead(resource.kind, label(key), resource.alias, pin.branch, numbers, versions[0]["seq"])


def _read(key: str, pin: InputPin, amount: Mapping[str, int | None], ledger: Ledger) -> InputRead:
    resource = resource_of(key)
    version: int | str | None = pin.version
    if resource.kind == "model":
        writer = ledger.entry(pin.seq) if pin.seq else None
        numbers = version_numbers(writer.outputs.get(resource.key, {})) if writer is not None else []
        version = numbers[-1] if numbers else None
    return InputRead(resource.kind, label(key), resource.alias, pin.branch, version, pin.seq or None, **amount)
