"""Series that are logged together again and again: one row a call in a buffer of their own, until a call parts them.

The second call in a row that names the same series joins them. From then on their common step is kept in the group, and
a call costs one row however many series there are. Whoever logs one of them in another way parts the group first, so a
series is either single or in one group, and nobody sees a difference but in speed.

A signal handler that logs may come in the middle of joining and parting, and so may an interrupt: each series moves in one
step (see :mod:`~palantir_models.experiment.memory.metrics`), and whoever meets a group that is half joined or half parted
ends it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from functools import cache, partial

from palantir_models.experiment.memory.blocks import RECORD, ROW, Block, Waiting
from palantir_models.experiment.memory.steps import Series
from palantir_models.experiment.values import LEAST, MOST

_MOST_GROUPS = 64
_WIDEST_GROUP = 1024
_FEW_ROWS = 64  # of a group that ends: not worth a block of their own
_CLOSED = LEAST - 1  # below every step


class Group:
    """Series that are logged together; while they are, their common step is kept here.

    Attributes:
        names: the names of its series, in the order of the calls.
        series: the series, as far as they have joined.
        offsets: how far the step of each is above :attr:`last`.
        last: the common step.
        top: the highest that it may reach; below every step while the group takes no row.
        room: bytes that a row would take as single records.
        rows: what waits.
        extend: appends a row.
        pack: makes a row of step, time and values.
        has_ended: whether it takes no row any more.
        has_left: whether its rows have moved to where those of ended groups wait.
    """

    __slots__ = (
        "extend",
        "has_ended",
        "has_left",
        "last",
        "names",
        "offsets",
        "pack",
        "room",
        "rows",
        "series",
        "top",
    )

    extend: Callable[[bytes], None]

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.series: list[Series] = []
        self.offsets: list[int] = []
        self.last = 0
        self.top = _CLOSED
        self.pack = _packer(len(names))
        self.room = len(names) * RECORD.size
        self.rows = bytearray()
        self.extend = self.rows.extend
        self.has_ended = self.has_left = False

    def block(self) -> Block:
        """Return what waits; rows that come later are in it too."""
        return Block([one.code for one in self.series], self.offsets, self.rows)

    def records(self, rows: bytes | bytearray) -> bytes:
        """Return rows as single records."""
        found = struct.iter_unpack(f"<qq{len(self.series)}d", rows)
        return b"".join(
            RECORD.pack(one.code, step + offset, value, now)
            for step, now, *values in found
            for one, offset, value in zip(self.series, self.offsets, values, strict=True)
        )


class Groups:
    """The groups of one experiment. Whoever calls holds the experiment's lock.

    :param single: the series that are in no group, by name; they leave it when they are joined and return when parted.
    :param waiting: where the rows of groups go that end.
    """

    __slots__ = ("_latest", "_single", "_waiting", "by_names", "members")

    def __init__(self, single: dict[str, Series], waiting: Waiting) -> None:
        self.by_names: dict[tuple[str, ...], Group] = {}
        """The groups by the names of their series, in the order of the calls."""
        self.members: dict[str, Group] = {}
        """The group of each series that is not single."""
        self._single = single
        self._waiting = waiting
        self._latest: tuple[str, ...] = ()

    @property
    def has_news(self) -> bool:
        """Whether rows wait."""
        return any(group.rows for group in list(self.by_names.values()))

    def blocks(self) -> list[Block]:
        """Return what waits."""
        return [group.block() for group in list(self.by_names.values())]

    def whole(self) -> list[Group]:
        """Return the groups, after ending those whose end was interrupted."""
        for group in list(self.by_names.values()):
            if group.has_ended:
                self.end(group)
        return list(self.by_names.values())

    def join(self, names: tuple[str, ...]) -> None:
        """Make a group of single series when they are logged together for the second time in a row."""
        again, self._latest = names == self._latest, names
        if not again or not 1 < len(names) <= _WIDEST_GROUP or len(self.by_names) >= _MOST_GROUPS:
            return
        group, single, members = Group(names), self._single, self.members
        for name in names:
            # No call: the series moves in one step.
            if group.has_ended or name not in single:
                break
            one = single[name]
            members[name] = group
            del single[name]
            group.series += [one]
            group.offsets += [one.last]
        else:
            last = min(group.offsets)
            offsets = [offset - last for offset in group.offsets]
            top = MOST - max(offsets)
            # No call: the group opens in one step.
            if not group.has_ended:
                group.last, group.offsets, group.top = last, offsets, top
                self.by_names[names] = group
                return
        self.end(group)

    def part(self, names: Iterable[str]) -> bool:
        """End the groups of series that are logged in another way now.

        :param names: the series.
        :returns: whether there was one.
        """
        ended = False
        for name in names:
            if (group := self.members.get(name)) is not None:
                self.end(group)
                ended = True
        return ended

    def end(self, group: Group) -> None:
        """End a group, or what is left to do of its end."""
        group.top = _CLOSED
        group.has_ended = True
        single, members, by_names, waiting = self._single, self.members, self.by_names, self._waiting
        for name, one, offset in zip(group.names, group.series, group.offsets, strict=False):
            # No call: the series moves in one step.
            if name in members and members[name] is group:
                one.last = group.last + offset
                single[name] = one
                del members[name]
        block, late = group.block(), partial(self._append_late, group)
        self._latest = ()
        # No call: the rows move in one step.
        if group.has_left:
            return
        group.has_left = True
        group.extend = late
        waiting.parted += [block]
        if group.names in by_names and by_names[group.names] is group:
            del by_names[group.names]
        if len(block.data) < _FEW_ROWS * (ROW.size + 8 * len(block.codes)):
            records = group.records(block.data)
            # No call: the same.
            if waiting.parted and waiting.parted[-1] is block:
                waiting.parted[-1:] = []
                waiting.rows += records

    def _append_late(self, group: Group, row: bytes) -> None:
        """Append a row whose call a signal handler interrupted with one that ended its group."""
        records = group.records(row)
        self._waiting.rows += records


@cache
def _packer(count: int) -> Callable[..., bytes]:
    """Return what packs a group's row."""
    return struct.Struct(f"<qq{count}d").pack
