"""What taking a job back takes with it: a pure function of what the ledger says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from transforms.spec.resource import Resource
from transforms.store.entry import Entry

ROLLBACK = "rollback"
"""Where the ledger's row says of an output which commits it takes back; see :func:`taken_back`."""
LIFECYCLE = "lifecycle"
"""Where it says what was decided about versions that were there, a text each."""


@dataclass(frozen=True)
class Undoing:
    """The commits that are taken back together.

    Attributes:
        entry: the one that was asked for.
        later: those that came after it and wrote one of the same outputs, or an output of such a commit; oldest first.
        first: for each output the first of these commits that wrote it, by resource key: it gets the content of before.
    """

    entry: Entry
    later: tuple[Entry, ...]
    first: Mapping[str, int]

    @property
    def seqs(self) -> tuple[int, ...]:
        """The ledger rows of all of them."""
        return (self.entry.seq, *(entry.seq for entry in self.later))

    @property
    def resources(self) -> list[Resource]:
        """Everything that they wrote."""
        return [Resource(*key.split(":", 1)) for key in self.first]  # type: ignore[arg-type]


def undoing(entry: Entry, after: Iterable[Entry]) -> Undoing:
    """Return what has to be taken back with a commit, so that no job is taken back in part.

    :param entry: the commit.
    :param after: all commits after it, in their order, on any branch.
    """
    first = dict.fromkeys(_replaceable(entry), entry.seq)
    later = []
    for other in after:
        keys = _replaceable(other)
        if other.branch == entry.branch and not first.keys().isdisjoint(keys):
            later.append(other)
            for key in keys:
                first.setdefault(key, other.seq)
    return Undoing(entry, tuple(later), first)


def _replaceable(entry: Entry) -> list[str]:
    """Return the outputs of a commit that can be what they were before: evaluations stay, as experiments do, and so do decisions
    about versions, each of which has one that is its opposite."""
    decided = {key for key, output in entry.outputs.items() if LIFECYCLE in output}
    return [resource.key for resource in entry.resources if resource.has_table and resource.key not in decided]


def only_decides(entry: Entry) -> bool:
    """Whether a commit decided something about versions that were there, such as a tag, and made no output."""
    return bool(entry.outputs) and all(LIFECYCLE in output for output in entry.outputs.values())


def decided(entry: Entry) -> list[str]:
    """Return what a commit decided about versions, a text each."""
    return [str(text) for output in entry.outputs.values() for text in output.get(LIFECYCLE, ())]


def taken_back(outputs: Iterable[Mapping[str, object]]) -> tuple[tuple[int, ...], int | None] | None:
    """Return which commits a commit took back, and the one whose content it brought back; None for one that took none back.

    The second is None where its outputs go back to different ones.

    :param outputs: what the ledger's row says of its outputs.
    """
    records = [record for output in outputs if isinstance(record := output.get(ROLLBACK), Mapping)]
    if not records:
        return None
    to = {record["to"] for record in records}
    return tuple(records[0]["of"]), to.pop() if len(to) == 1 else None


def rollback_text(outputs: Iterable[Mapping[str, object]]) -> str:
    """Return in words which commits a commit took back; empty for one that took none back."""
    found = taken_back(outputs)
    if found is None:
        return ""
    seqs, to = found
    of = f" of {', '.join(f'#{seq}' for seq in seqs)}" if seqs else ""
    back = "" if to is None else f" to #{to}"
    return f"rollback{of}{back}"
