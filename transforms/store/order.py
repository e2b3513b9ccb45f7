"""In what order ratified entries come into their tables: pure planning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from transforms.store import layout
from transforms.store.change import TableChange
from transforms.store.entry import Entry


class Part(NamedTuple):
    """What a ratified entry does to one of its tables.

    Attributes:
        entry: the entry.
        change: one of its changes.
    """

    entry: Entry
    change: TableChange


def batches(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Cut entries into runs of which no two write one table, so that the entries of a run may be published side by side.

    :param entries: in the order of the ledger, which every table keeps.
    """
    cut: list[list[Entry]] = []
    taken: set[str] = set()
    for entry in entries:
        tables = {change.table for change in entry.changes}
        if not cut or tables & taken:
            cut.append([])
            taken = set()
        cut[-1].append(entry)
        taken |= tables
    return cut


def waves(entries: Sequence[Entry]) -> list[list[Part]]:
    """Return the changes of a run of entries in waves, each to be published after the one before it.

    Who sees a version of a model sees its experiment, and who sees an experiment sees its series; so the series of all
    go first, then experiments, then versions. Datasets are in the first wave.
    """
    ordered: dict[int, list[Part]] = {}
    for entry in entries:
        for change in entry.changes:
            ordered.setdefault(layout.publish_rank(change.table), []).append(Part(entry, change))
    return [ordered[rank] for rank in sorted(ordered)]
