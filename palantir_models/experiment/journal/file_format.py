"""The journal's file format: what an experiment logs, as frames that only ever are appended.

A frame is a head (magic, kind, number of rows, length, CRC-32 of all else) and a body. Most bodies are Arrow IPC
streams, so columns stay columns; ``series`` names the metric series that began (their numbers go on from the
frame before) and ``dropped`` counts what was lost so far, both as JSON. Whatever was cut off in the middle of a
frame, or is being written at this moment, ends the reading without harm to the frames before it.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from transforms.common.json_text import from_json

if TYPE_CHECKING:
    import pyarrow as pa

_MAGIC = b"TXJ1"
_HEAD = struct.Struct("<4sIQQI")  # magic, kind, rows, length of the body, CRC-32 of these and the body
_CHECKED = _HEAD.size - 4
_KINDS = ("series", "metrics", "hyperparameters", "images", "plots", "tables", "dropped")
_JSON = ("series", "dropped")


class Frame(NamedTuple):
    """One frame of a journal.

    Attributes:
        kind: what it holds: ``series``, ``metrics``, ``hyperparameters``, ``images``, ``plots``, ``tables`` or ``dropped``.
        rows: how many rows, or entries of its list, it holds.
        body: its content in bytes, which is not decoded before it is asked for.
    """

    kind: str
    rows: int
    body: memoryview

    def content(self) -> Any:
        """Return the JSON value of a ``series`` or ``dropped`` frame, or the Arrow table of any other."""
        if self.kind in _JSON:
            return from_json(bytes(self.body))
        import pyarrow as pa

        return pa.ipc.open_stream(pa.py_buffer(self.body)).read_all()


def encoded(pieces: Mapping[str, Any]) -> bytes:
    """Return frames for what came, by kind: a list for ``series`` and ``dropped``, else an Arrow table.

    Series come before metrics, so that a reader knows every name it meets.
    """
    return b"".join(_frame(kind, pieces[kind]) for kind in _KINDS if kind in pieces)


def decoded(data: memoryview) -> Iterator[Frame]:
    """Yield the whole frames of a journal, up to its end or to the first that is torn.

    :param data: the file's content.
    """
    position = 0
    while position + _HEAD.size <= len(data):
        magic, kind, rows, length, checksum = _HEAD.unpack_from(data, position)
        end = position + _HEAD.size + length
        if magic != _MAGIC or kind >= len(_KINDS) or end > len(data):
            return
        body = data[position + _HEAD.size : end]
        if zlib.crc32(body, zlib.crc32(data[position : position + _CHECKED])) != checksum:
            return
        yield Frame(_KINDS[kind], rows, body)
        position = end


def length_of(frames: Iterable[Frame]) -> int:
    """Return how many bytes some frames take in a journal."""
    return sum(_HEAD.size + len(frame.body) for frame in frames)


def is_damaged(rest: memoryview) -> bool:
    """Whether a whole frame stands somewhere behind one that cannot be read: then more is lost than a torn end.

    :param rest: what follows the frames that :func:`decoded` gave.
    """
    content = bytes(rest)
    place = content.find(_MAGIC, 1)
    while place >= 0:
        if next(decoded(rest[place:]), None) is not None:
            return True
        place = content.find(_MAGIC, place + 1)
    return False


def _frame(kind: str, content: Any) -> bytes:
    if kind in _JSON:
        body, rows = memoryview(json.dumps(content, ensure_ascii=False).encode()), len(content)
    else:
        body, rows = _stream(content), content.num_rows
    head = _HEAD.pack(_MAGIC, _KINDS.index(kind), rows, len(body), 0)[:_CHECKED]
    return b"".join((head, zlib.crc32(body, zlib.crc32(head)).to_bytes(4, "little"), body))


def _stream(table: pa.Table) -> memoryview:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())
