"""Separated text, such as CSV: its header, and its values as the texts that stand in the file.

PyArrow's parser reads the rows and refuses those of another length. What it would let through in silence, text behind a
closing quote and a carriage return that may or may not end a line, is found by :mod:`.grammar`, which also knows lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.run.incoming.decoding import undecodable_line, utf8_bytes
from transforms.run.incoming.fault import TableFault
from transforms.run.incoming.grammar import Grammar, Row
from transforms.run.incoming.options import TableOptions

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

_BLOCK = 1 << 22
_LARGEST_BLOCK = (1 << 31) - 1


class _Ragged(ValueError):
    def __init__(self, line: int, expected: int, found: int) -> None:
        super().__init__(f"line {line}: expected {expected} columns, got {found}")
        self.is_short = found < expected


@dataclass(frozen=True)
class SeparatedText:
    """A file's values.

    Attributes:
        place: the file.
        names: what the columns are called, by the options or by the file.
        texts: the values as texts, in columns ``0``, ``1`` and so on; null where nothing stands.
        grammar: how its rows are written.
        data: the file as UTF-8.
        start: where the values begin in it.
    """

    place: Path
    names: list[str]
    texts: pl.DataFrame
    grammar: Grammar
    data: bytes
    start: int

    def line_of(self, row: int) -> int:
        """Return the line of the file at which a row begins."""
        rows = (each for each in self.grammar.rows(self.data) if each.stop > self.start)
        counted = (each for each in rows if each.text or len(self.names) == 1)
        return next(each.line for number, each in enumerate(counted) if number == row)


def read_separated(place: Path, options: TableOptions, separator: str) -> SeparatedText:
    """Read a file's rows.

    :param place: the file.
    :param options: how it is written.
    :param separator: what stands between values where the options say nothing.
    :raises TableFault: if a row is longer or shorter than the first, or it is not certain where values or rows end.
    """
    import polars as pl

    data = utf8_bytes(place, options)
    grammar = Grammar(options.separator or separator, options.quote)
    try:
        data = _checked(data, grammar)
        header, start = _header(data, grammar, options)
        names = list(options.columns) or header
        if options.null_padding:
            data, start = _padded(data, start, len(names), grammar)
        found = pl.from_arrow(_parsed(data, start, len(names), grammar))
    except UnicodeDecodeError as error:
        raise TableFault(f"{place} cannot be read as CSV: line {undecodable_line(data)} is not UTF-8 text") from error
    except ValueError as error:
        way = ["--null-padding"] if isinstance(error, _Ragged) and error.is_short else []
        raise TableFault(f"{place} cannot be read as CSV: {error}", way) from error
    assert isinstance(found, pl.DataFrame)
    return SeparatedText(place, names, found, grammar, data, start)


def _checked(data: bytes, grammar: Grammar) -> bytes:
    """Return the text with line ends that a parser cannot take for two, after looking at every quote."""
    returns, pairs = data.count(b"\r"), data.count(b"\r\n")
    if returns == pairs and (not grammar.quote or grammar.quote not in data):
        return data
    endings: dict[bytes, Row] = {}
    for row in grammar.rows(data):
        endings.setdefault(row.ending, row)
    odd = [ending for ending in (b"\r", b"\r\r\n") if ending in endings]
    if odd and len(endings.keys() - {b""}) > 1:
        raise ValueError(
            f"line {endings[odd[0]].line} has a carriage return that may end it or belong to a value; quote the value, or "
            f"let all lines end alike"
        )
    if b"\r\r\n" in endings:
        return b"".join(row.text + (b"\n" if row.ending else b"") for row in grammar.rows(data))
    return data


def _padded(data: bytes, start: int, width: int, grammar: Grammar) -> tuple[bytes, int]:
    """Return the text with an empty value for each that a row lacks, and where its values begin."""
    rows, begins = list[bytes](), 0
    for row in grammar.rows(data):
        lacking = width - len(grammar.values(row.text)) if row.text and row.stop > start else 0
        rows.append(row.text + grammar.separator * lacking + row.ending)
        begins += len(rows[-1]) if row.stop <= start else 0
    return b"".join(rows), begins


def _header(data: bytes, grammar: Grammar, options: TableOptions) -> tuple[list[str], int]:
    """Return the values of the first row, and where the values of the table begin."""
    before = 0
    for number, row in enumerate(grammar.rows(data)):
        if number >= options.skip and row.text:
            values = grammar.values(row.text)
            if not options.header:
                return [f"column_{number}" for number in range(1, len(values) + 1)], before
            return [value.decode() for value in values], row.stop
        before = row.stop
    raise ValueError("Empty CSV file")


def _parsed(data: bytes, start: int, width: int, grammar: Grammar) -> pa.Table:
    import pyarrow as pa

    names = [str(number) for number in range(width)]
    body = pa.py_buffer(data).slice(start)
    if not body.size:
        return pa.table({name: pa.array([], pa.string()) for name in names})
    try:
        try:
            return _read(body, names, grammar, _BLOCK, has_threads=True)
        except pa.ArrowInvalid:
            # A row may be longer than a block. One more try with threads that fails could leave one behind that is just
            # beginning, and a process that ends then is aborted.
            return _read(body, names, grammar, min(body.size + 1, _LARGEST_BLOCK), has_threads=False)
    except pa.ArrowInvalid as error:
        data[start:].decode()
        for row in grammar.rows(data):
            found = len(grammar.values(row.text))
            if row.stop > start and row.text and found != width:
                raise _Ragged(row.line, width, found) from error
        raise ValueError(str(error).splitlines()[0].removeprefix("CSV parse error: ")) from error


def _read(body: pa.Buffer, names: list[str], grammar: Grammar, block: int, has_threads: bool) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv as pc

    return pc.read_csv(
        pa.BufferReader(body),
        pc.ReadOptions(column_names=names, block_size=block, use_threads=has_threads),
        pc.ParseOptions(
            delimiter=grammar.separator.decode(),
            quote_char=grammar.quote.decode() or False,
            newlines_in_values=bool(grammar.quote),
            ignore_empty_lines=len(names) > 1,
        ),
        pc.ConvertOptions(
            column_types={name: pa.string() for name in names},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
