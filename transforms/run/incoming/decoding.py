"""Text files as UTF-8."""

from __future__ import annotations

import codecs
from pathlib import Path

from transforms.run.incoming.fault import TableFault
from transforms.run.incoming.options import TableOptions

_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def utf8_bytes(place: Path, options: TableOptions) -> bytes:
    """Return a file's text in UTF-8, without a byte order mark.

    Text that is said to be UTF-8 is returned as it is: whoever parses it meets what is not.

    :raises TableFault: if it is not in the encoding that was said; names the line.
    """
    data = place.read_bytes()
    if options.encoding is not None and codecs.lookup(options.encoding).name not in ("utf-8", "utf-8-sig"):
        try:
            data = data.decode(options.encoding).encode()
        except UnicodeError as error:
            stop = error.start if isinstance(error, UnicodeDecodeError) else 0
            line = data[:stop].count(b"\n") + 1
            guess = encoding_of(data)
            raise TableFault(
                f"{place} cannot be read: line {line} is not {options.encoding} text",
                ["--encoding", guess] if guess else [],
            ) from error
    return data.removeprefix(codecs.BOM_UTF8)


def undecodable_line(data: bytes) -> int | None:
    """Return the first line that is no UTF-8 text, None where all are."""
    for number, line in enumerate(data.splitlines(), 1):
        try:
            line.decode()
        except UnicodeDecodeError:
            return number
    return None


def encoding_of(data: bytes) -> str | None:
    """Guess the encoding of a text; None where it looks like no text at all."""
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return name if _decodes(data, name) else None
    if data.count(0) > len(data) // 4:  # every other byte of plain letters
        likely = "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
        return likely if _decodes(data, likely) else None
    if _decodes(data, "utf-8"):
        return "utf-8"
    if 0 in data:
        return None
    if any(0x80 <= byte < 0xA0 for byte in set(data)):  # letters of Windows, unused in Latin-1
        return "cp1252" if _decodes(data, "cp1252") else None
    return "latin-1"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
