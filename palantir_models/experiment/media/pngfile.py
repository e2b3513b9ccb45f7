"""Whether bytes are a PNG whose picture every reader can decode: its chunks, their checksums and its pixels.

Pillow is not asked, as it sets limits to what it opens that have nothing to do with the picture: to the length of texts,
and to the number of pixels. What else a file holds stays in it, and its meaning is not looked at.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_BYTES = 1 << 30
"""So many bytes a picture may have when it is decoded."""

_CHUNK = struct.Struct(">I4s")
_HEADER = struct.Struct(">IIBBBBB")
_CHECKSUM = 4
_BIT_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}  # by colour type
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_FILTERS = 4
_PIECE = 1 << 20


class TooLarge(ValueError):
    """A picture that would take too much memory."""


def size_of(data: bytes) -> tuple[int, int]:
    """Return the width and height of a PNG's picture.

    :param data: the whole file.
    :raises TooLarge: if the picture has more than :data:`MOST_BYTES`.
    :raises ValueError: if readers could not decode it; says why.
    """
    pixels: list[memoryview] = []
    header: tuple[int, ...] | None = None
    has_palette = has_end = False
    for kind, content in _chunks(memoryview(data)):
        if header is None and kind != b"IHDR":
            raise ValueError("it does not begin with its header")
        if kind == b"IHDR":
            if header is not None or len(content) != _HEADER.size:
                raise ValueError("its header is damaged")
            header = _checked_header(_HEADER.unpack(content))
        elif kind == b"PLTE":
            has_palette = bool(len(content)) and len(content) % 3 == 0
        elif kind == b"IDAT":
            pixels.append(content)
        elif kind == b"IEND":
            has_end = True
            break
    if header is None or not has_end:
        raise ValueError("it is cut off")
    width, height, depth, colour, _, _, interlaced = header
    if colour == 3 and not has_palette:
        raise ValueError("it has no palette, although its pixels refer to one")
    _check_pixels(pixels, list(_rows(width, height, depth * _SAMPLES[colour], bool(interlaced))))
    return width, height


def size_in_header(data: bytes) -> tuple[int, int]:
    """Return the width and height of a PNG that is known to be sound."""
    width, height, *_ = _HEADER.unpack_from(data, len(SIGNATURE) + _CHUNK.size)
    return width, height


def without_texts(data: bytes) -> bytes:
    """Return a PNG that is known to be sound without its texts and colour profile, which may be too long for a reader.

    :param data: the whole file.
    """
    parts = [SIGNATURE]
    for kind, content in _chunks(memoryview(data)):
        if kind not in (b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"eXIf"):
            checksum = zlib.crc32(content, zlib.crc32(kind))
            parts += [_CHUNK.pack(len(content), kind), bytes(content), checksum.to_bytes(_CHECKSUM, "big")]
    return b"".join(parts)


def _chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    position = len(SIGNATURE)
    while position < len(data):
        if position + _CHUNK.size > len(data):
            raise ValueError("it is cut off")
        length, kind = _CHUNK.unpack_from(data, position)
        begin = position + _CHUNK.size
        end = begin + length
        if end + _CHECKSUM > len(data):
            raise ValueError("it is cut off")
        if zlib.crc32(data[begin - 4 : end]) != int.from_bytes(data[end : end + _CHECKSUM], "big"):
            raise ValueError(f"the checksum of its part {kind.decode('ascii', 'replace')} is wrong")
        yield kind, data[begin:end]
        if kind == b"IEND":
            return  # what follows is not part of the picture
        position = end + _CHECKSUM


def _checked_header(header: tuple[int, ...]) -> tuple[int, ...]:
    width, height, depth, colour, compression, filtering, interlaced = header
    if not (0 < width < 1 << 31 and 0 < height < 1 << 31):
        raise ValueError("it has no pixels")
    if depth not in _BIT_DEPTHS.get(colour, ()) or compression or filtering or interlaced > 1:
        raise ValueError("its header names a kind of picture that PNG does not have")
    if width * height * depth * _SAMPLES[colour] // 8 > MOST_BYTES:
        raise TooLarge(f"its picture of {width:,}x{height:,} pixels would take more than {MOST_BYTES >> 20:,} MiB")
    return header


def _rows(width: int, height: int, bits: int, interlaced: bool) -> Iterator[tuple[int, int]]:
    """Yield numbers of rows and the bytes of each, a byte for its filter included."""
    for left, top, across, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            yield rows, 1 + -(-columns * bits // 8)


def _check_pixels(pixels: list[memoryview], runs: list[tuple[int, int]]) -> None:
    """Decompress the pixels piece by piece: whether they are all there, and how each row is filtered."""
    expected = sum(count * length for count, length in runs)
    stream = zlib.decompressobj()
    decoded = 0
    try:
        for part in pixels:
            rest: bytes | memoryview = part
            while rest and not stream.eof and decoded <= expected:
                piece = stream.decompress(rest, _PIECE)
                _check_filters(piece, decoded, runs)
                decoded += len(piece)
                rest = stream.unconsumed_tail
    except zlib.error as error:
        raise ValueError("its pixels are damaged") from error
    if decoded < expected:
        raise ValueError(f"it has {decoded:,} of the {expected:,} bytes of its pixels")
    if not stream.eof:
        raise ValueError("its pixels do not end where they should")


def _check_filters(piece: bytes, position: int, runs: list[tuple[int, int]]) -> None:
    """Check the first byte of each row that begins in a piece of the pixels."""
    begin = 0
    for count, length in runs:
        end = begin + count * length
        first = max(0, begin - position) if position <= begin else -(position - begin) % length
        if max(piece[first : max(end - position, 0) : length], default=0) > _FILTERS:
            raise ValueError("its pixels are damaged")
        begin = end
