"""Columns of numbers as a browser takes them without decoding: a head in JSON, then 64-bit floats, little-endian."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

TYPE = "application/octet-stream"


def packed(head: Mapping[str, Any], columns: Sequence[npt.NDArray[np.float64]]) -> bytes:
    """Return a head and columns as bytes.

    Four bytes tell the length of the head, which is padded with spaces, so that the first column begins at a multiple of
    eight bytes, as typed arrays of a browser must.

    :param head: what is said of the columns.
    :param columns: the columns, all of one length.
    """
    text = msgspec.json.encode(head)
    text += b" " * (-(len(text) + 4) % 8)
    return b"".join(
        [struct.pack("<I", len(text)), text, *(column.astype("<f8", copy=False).tobytes() for column in columns)]
    )
