"""Series that are logged together again and again: one row a call in a buffer of their own, until a call parts them.

The second call in a row that names the same series joins them. From then on their common step is kept in the group, and
a call costs one row however many series there are. Whoever logs one of them in another way parts the group first, so a
series is either single or in one group, and nobody sees a difference but in speed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from functools import cache, partial

from palantir_models.experiment.memory.blocks import RECORD, ROW, Block
from palantir_models.experiment.memory.steps import Series
from palantir_models.experiment.values import MOST

_MOST_GROUPS = 64
_WIDEST_GROUP = 1024
_FEW_ROWS = 64  # of a group that ends: not worth a block of their own


class Group:
    """Series that are logged together; while they are, their common step is kept here."""

    __slots__ = ("extend", "last", "names", "offsets", "pack", "room", "rows", "series", "top")

    extend: Callable[[bytes], None]

    def __init__(self, names: tuple[str, ...], series: list[Series]) -> None:
        self.names = names
        self.series = series
        self.last = min(one.last for one in series)
        self.offsets = [one.last - self.last for one in series]
        self.top = MOST - max(self.offsets)
        self.pack = _packer(len(series))
        self.room = len(series) * RECORD.size
        self.clear()

    def clear(self) -> None:
        """Begin a new buffer."""
        self.rows = bytearray()
        self.extend = self.rows.extend

    def block(self) -> Block:
        """Return what waits."""
        return Block([one.code for one in self.series], self.offsets, self.rows)

    def records(self) -> bytes:
        """Return what waits as single records."""
        count = len(self.series)
        found = struct.iter_unpack(f"<qq{count}d", self.rows)
        return b"".join(
            RECORD.pack(one.code, step + offset, value, now)
            for step, now, *values in found
            for one, offset, value in zip(self.series, self.offsets, values, strict=True)
        )


class Groups:
    """The groups of one experiment. Whoever calls holds the experiment's lock.

    :param single: the series that are in no group, by name; they leave it when they are joined and return when parted.
    """

    __slots__ = ("_latest", "_members", "_parted", "_single", "by_names")

    def __init__(self, single: dict[str, Series]) -> None:
        self.by_names: dict[tuple[str, ...], Group] = {}
        """The groups by the names of their series, in the order of the calls."""
        self._single = single
        self._members: dict[str, Group] = {}
        self._latest: tuple[str, ...] = ()
        self._parted: list[Block] = []

    @property
    def has_news(self) -> bool:
        """Whether rows wait."""
        return bool(self._parted or any(group.rows for group in list(self.by_names.values())))

    def blocks(self) -> list[Block]:
        """Return what waits."""
        return [*self._parted, *(group.block() for group in self.by_names.values())]

    def clear(self) -> None:
        """Begin new buffers."""
        self._parted = []
        for group in self.by_names.values():
            group.clear()

    def join(self, names: tuple[str, ...]) -> None:
        """Make a group of single series when they are logged together for the second time in a row."""
        again, self._latest = names == self._latest, names
        if again and 1 < len(names) <= _WIDEST_GROUP and len(self.by_names) < _MOST_GROUPS:
            group = Group(names, [self._single[name] for name in names])
            for name in names:
                del self._single[name]
                self._members[name] = group
            self.by_names[names] = group

    def part(self, names: Iterable[str], extend: Callable[[bytes], None], but: Group | None = None) -> bool:
        """End the groups of series that are logged in another way now.

        :param names: the series.
        :param extend: appends single records: a few rows become some, and so do rows that come late.
        :param but: a group that stays.
        :returns: whether there was one.
        """
        ended = False
        for name in names:
            if (group := self._members.get(name)) and group is not but:
                self._end(group, extend)
                ended = True
        return ended

    def _end(self, group: Group, extend: Callable[[bytes], None]) -> None:
        for name, series, offset in zip(group.names, group.series, group.offsets, strict=True):
            series.last = group.last + offset
            del self._members[name]
            self._single[name] = series
        del self.by_names[group.names]
        self._latest = ()
        if len(group.rows) < _FEW_ROWS * (ROW.size + 8 * len(group.series)):
            extend(group.records())
        else:
            self._parted.append(group.block())
        group.rows = bytearray()
        group.extend = partial(_append_late, group, extend)


def _append_late(group: Group, extend: Callable[[bytes], None], row: bytes) -> None:
    """Append a row that a signal handler interrupted with a call that ended its group."""
    group.rows = bytearray(row)
    extend(group.records())


@cache
def _packer(count: int) -> Callable[..., bytes]:
    """Return what packs a group's row."""
    return struct.Struct(f"<qq{count}d").pack
