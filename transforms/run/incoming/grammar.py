"""How rows of separated text are written; finds each row with its line, slowly and strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE_END = rb"\r\r\n|\r\n|\r|\n"


@dataclass(frozen=True)
class Row:
    """A row of a file.

    Attributes:
        line: the number of the line where it begins, from 1.
        text: what stands in it, without the line's end.
        ending: the line's end.
        stop: where the next row begins.
    """

    line: int
    text: bytes
    ending: bytes
    stop: int


class Grammar:
    """How rows are written.

    :param separator: what stands between two values.
    :param quote: what stands around some values; empty where nothing does.
    """

    def __init__(self, separator: str, quote: str) -> None:
        self.separator, self.quote = separator.encode(), quote.encode()
        s, q = re.escape(self.separator), re.escape(self.quote)
        quoted = rb"%b(?:[^%b]++|%b%b)*+%b|" % (q, q, q, q, q) if quote else b""
        value = rb"(?:%b[^%b%b\r\n][^%b\r\n]*+)?+" % (quoted, q, s, s)
        self._row = re.compile(rb"(%b(?:%b%b)*+)(%b|\Z)" % (value, s, value, _LINE_END))
        self._value = re.compile(rb"(?:\A|%b)(%b)" % (s, value))
        self._line_end = re.compile(_LINE_END)

    def rows(self, data: bytes) -> Iterator[Row]:
        """Go through the rows, empty lines included.

        :raises ValueError: if a quoted value does not end, or goes on behind its closing quote; names the line.
        """
        start, line = 0, 1
        while start < len(data):
            found = self._row.match(data, start)
            if found is None:
                raise ValueError(
                    f"line {line} has a quoted value that does not end, or goes on behind its closing quote"
                )
            yield Row(line, found[1], found[2], found.end())
            start = found.end()
            line += len(self._line_end.findall(found[0])) if self.quote and self.quote in found[1] else 1

    def values(self, row: bytes) -> list[bytes]:
        """Return the values of a row."""
        found = [match[1] for match in self._value.finditer(row)]
        if not self.quote:
            return found
        q = self.quote
        return [value[1:-1].replace(q + q, q) if value.startswith(q) else value for value in found]
