"""What would help to read a CSV file: guesses from how it begins, to be told and never to be applied."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from transforms.run.incoming.columns import renaming
from transforms.run.incoming.decoding import encoding_of
from transforms.run.incoming.grammar import Grammar
from transforms.run.incoming.options import TableOptions

_ROWS = 100
_DECIMAL_COMMA = re.compile(rb"-?\d+(\.\d{3})*,\d+")
_GROUPED = re.compile(rb"-?\d{1,3}(\.\d{3})+(,\d+)?")


def helpful_options(place: Path, options: TableOptions, separator: str) -> list[str]:
    """Return arguments for ``transforms put`` with which a file can be read, as far as its beginning shows.

    :param place: a CSV file that cannot be read, or whose columns have names that cannot be stored.
    :param options: what was said.
    :param separator: what separates its values where nothing was said.
    """
    data = place.read_bytes()
    helpful = list[str]()
    guess = encoding_of(data)
    if guess is None:
        return []
    if guess != "utf-8" and options.encoding is None:
        helpful += ["--encoding", guess]
    data = data.decode(options.encoding or guess, errors="replace").encode().removeprefix(b"\xef\xbb\xbf")
    used = options.separator or separator
    best = _separator(data, used, options)
    if best != used:
        helpful += ["--separator", "\\t" if best == "\t" else best]
    rows = _rows(data, best, options)
    if best != "," and options.decimal is None and _have(rows, _DECIMAL_COMMA):
        helpful += ["--decimal", ","]
        if _have(rows, _GROUPED):
            helpful += ["--thousands", "."]
    if rows and options.header and not options.columns:
        helpful += renaming([name.decode(errors="replace") for name in rows[0]], options)
    return helpful


def looks_otherwise_separated(names: Sequence[str], options: TableOptions) -> bool:
    """Return whether a table of one column is one of several that something else separates."""
    (name,) = names if len(names) == 1 else ("",)
    return options.separator is None and any(separator in name for separator in ";\t|")


def _separator(data: bytes, used: str, options: TableOptions) -> str:
    """Return the separator that makes most columns of equal rows; the one in use where none is better."""

    def score(separator: str) -> tuple[bool, int]:
        widths = Counter(len(row) for row in _rows(data, separator, options))
        if not widths:
            return (False, 0)
        ((width, count),) = widths.most_common(1)
        return (width > 1 and count == widths.total(), width if width > 1 else 0)

    if options.separator is not None:
        return used
    return max([used, *(other for other in ",;\t|" if other != used)], key=score)


def _rows(data: bytes, separator: str, options: TableOptions) -> list[list[bytes]]:
    grammar = Grammar(separator, options.quote)
    found = list[list[bytes]]()
    try:
        for number, row in enumerate(islice(grammar.rows(data), options.skip + _ROWS)):
            if number >= options.skip and row.text:
                found.append(grammar.values(row.text))
    except ValueError:
        pass  # what can be read before the fault tells enough
    return found


def _have(rows: Sequence[Sequence[bytes]], pattern: re.Pattern[bytes]) -> bool:
    return any(pattern.fullmatch(value) for row in rows[1:] for value in row)
