"""Whether a run of an ``@incremental`` transform goes on from its last one, or builds everything anew: the rules.

They are asked of what the ledger says of the outputs and of what the logs of tables say, never of data. A plan and the job ask
the same function. ``docs/incremental.md`` has them in words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from transforms.spec.resource import Resource
from transforms.store.entry import InputPin
from transforms.store.index import LastWrite

if TYPE_CHECKING:
    from transforms.spec.incremental import Incremental

RECORD = "incremental"
"""Where the ledger's row says of an output how its job ran; see :func:`recorded`."""
ABORTED = "aborted"
"""Where the ledger's row says with each output which datasets its job was to write, too, and aborted alone."""
INPUTS = "inputs"
"""Where it says there what the job read: with one output, as many inputs of many outputs would make a large row."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How a transform runs.

    Attributes:
        is_incremental: whether it reads what is new and adds to what is there; else it runs on everything.
        reason: why, for people.
        is_meant: whether it runs on everything because it is declared so, or for the first time: what ``require_incremental``
            lets pass.
    """

    is_incremental: bool
    reason: str
    is_meant: bool = False

    def __str__(self) -> str:
        return f"{'incremental' if self.is_incremental else 'whole'}: {self.reason}"


@dataclass(frozen=True, slots=True)
class OutputState:
    """An output as a run meets it.

    Attributes:
        resource: the dataset or model.
        last: the job that last wrote it, on the branch of the build or the one that it goes on from; None where there is none.
        changed: what another program did to its data since, in words; None for nothing.
    """

    resource: Resource
    last: LastWrite | None
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class InputState:
    """An input as a run meets it, of those that are read incrementally.

    Attributes:
        name: the dataset, for people.
        pin: how the last run read it; None where that did not.
        branch: the branch that it is read on now.
        broken: why nobody can tell what was added to it since, in words; None where it only grew.
    """

    name: str
    pin: InputPin | None
    branch: str
    broken: str | None = None


def decide(
    transform: str, declared: Incremental, outputs: Sequence[OutputState], inputs: Iterable[InputState]
) -> Decision:
    """Decide how a transform runs.

    :param transform: its name.
    :param declared: what ``@incremental`` says.
    :param outputs: everything that it writes.
    :param inputs: the datasets that it reads, without snapshot inputs; asked only where the outputs allow it to go on.
    """
    newest = last_build(outputs)
    if newest is None:
        return Decision(False, "it was never built", is_meant=True)
    is_own = newest.transform == transform  # what another wrote does not tell how this one was declared
    found = (_declared_reason(declared, newest) if is_own else None) or _own_reason(transform, outputs, newest)
    if found is not None:
        return found
    for output in outputs:
        if output.changed is not None:
            return Decision(False, f"{output.resource.alias}: {output.changed}")
    for read in inputs:
        reason = _input_reason(read)
        if reason is not None:
            return Decision(False, reason)
    return Decision(True, f"since commit #{newest.seq}")


def recorded(outputs: Iterable[Mapping[str, Any]]) -> Decision | None:
    """Return how a job ran; None for a transform that is never incremental.

    :param outputs: what the ledger's row says of its outputs.
    """
    record = next((output[RECORD] for output in outputs if RECORD in output), None)
    return None if record is None else Decision(record["ran"], record["reason"])


def read_amounts(outputs: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int | None]]:
    """Return how many rows a job read of each dataset, and since which version of it, by the inputs' keys.

    :param outputs: what the ledger's row says of its outputs.
    """
    return {one["key"]: {"rows_read": one["rows"], "since": one["since"]} for one in _read(outputs)}


def fingerprints(outputs: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return what tells the tables that a job read from others that were made in their place, by the inputs' keys.

    :param outputs: what the ledger's row says of its outputs.
    """
    return {one["key"]: one["fingerprint"] for one in _read(outputs) if one["fingerprint"] is not None}


def run_of(decision: Decision | None) -> dict[str, Any]:
    """Return how a job runs, or ran, as JSON: whether incrementally, and that in words; nothing for one that never does."""
    if decision is None:
        return {"incremental": None, "run": ""}
    return {"incremental": decision.is_incremental, "run": str(decision)}


def foreseen(decision: Decision, replaced: Collection[str]) -> Decision:
    """Return a decision as it will be once what comes before has been built.

    :param decision: as things stand.
    :param replaced: inputs that were read before and that jobs of the same build replace, for people.
    """
    if not decision.is_incremental or not replaced:
        return decision
    return Decision(False, f"{', '.join(sorted(replaced))} will be replaced")


def last_build(outputs: Iterable[OutputState]) -> LastWrite | None:
    """Return the newest commit that wrote any of the outputs: what it read, the next run need not read again."""
    return max((output.last for output in outputs if output.last is not None), key=lambda last: last.seq, default=None)


def _read(outputs: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Return what a job read, which the ledger's row says with one of its outputs."""
    inputs: Mapping[str, Any] = next((o[RECORD][INPUTS] for o in outputs if INPUTS in o.get(RECORD, {})), {})
    return inputs.values()


def _own_reason(transform: str, outputs: Sequence[OutputState], newest: LastWrite) -> Decision | None:
    built = [(output.resource, output.last) for output in outputs if output.last is not None]
    for resource, last in built:
        if last.transform != transform:
            return Decision(False, f"{resource.alias} was last written by {last.transform} (commit #{last.seq})")
    for resource, last in built:
        # A run may publish no version of a model; of a dataset it leaves out only what it aborted.
        if last.seq != newest.seq and resource.kind == "dataset":
            return Decision(
                False,
                f"{resource.alias} was last written by commit #{last.seq}, and #{newest.seq} wrote {newest.alias} without it",
            )
    for output in outputs:
        if output.last is None and output.resource.key in newest.output.get(ABORTED, ()):
            reason = f"{output.resource.alias} was never written, as commit #{newest.seq} left it out"
            return Decision(False, reason)
    return None


def _declared_reason(declared: Incremental, newest: LastWrite) -> Decision | None:
    record = newest.output.get(RECORD, {})
    before = record.get("semantic_version", 1)
    if before != declared.semantic_version:
        return Decision(False, f"semantic_version {before} -> {declared.semantic_version}", is_meant=True)
    if declared.v2_semantics and not record.get("v2_semantics", False):
        return Decision(False, "v2_semantics was turned on", is_meant=True)
    return None


def _input_reason(read: InputState) -> str | None:
    if read.pin is None:  # everything in it is new
        return None
    if read.pin.branch != read.branch:
        return f"{read.name} is read on branch {read.branch}, and was on {read.pin.branch}"
    return None if read.broken is None else f"{read.name}: {read.broken}"
