"""How metric values lie in memory until they are drained: single records, or rows of a group."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

RECORD = struct.Struct("<qqdq")
"""A single metric value: number of its series, step, value, nanoseconds since 1970."""
ROW = struct.Struct("<qq")
"""How a row of a group begins: step, nanoseconds since 1970. A value of each series follows."""


class Block(NamedTuple):
    """Drained metric values in the order they came.

    Attributes:
        codes: the numbers of a group's series; none where ``data`` is one :data:`RECORD` a value.
        offsets: how far the step of each series is above the step of the row.
        data: records, or rows of a group: a :data:`ROW` and as many 64-bit floats as the group has series.
    """

    codes: Sequence[int]
    offsets: Sequence[int]
    data: bytes | bytearray

    @property
    def value_count(self) -> int:
        """How many values it holds."""
        if not self.codes:
            return len(self.data) // RECORD.size
        return len(self.data) // (ROW.size + 8 * len(self.codes)) * len(self.codes)


class Waiting:
    """What waits outside of the groups.

    Attributes:
        rows: single records.
        parted: what groups held that have ended.
    """

    __slots__ = ("parted", "rows")

    def __init__(self) -> None:
        self.rows = bytearray()
        self.parted: list[Block] = []
