"""Files of separated text as one table: columns are typed over all of their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.run.incoming.columns import cast_column, check_known, check_same_columns, final_names
from transforms.run.incoming.fault import TableFault
from transforms.run.incoming.hints import helpful_options, looks_otherwise_separated
from transforms.run.incoming.inferred_types import typed
from transforms.run.incoming.options import TableOptions
from transforms.run.incoming.separated import SeparatedText, read_separated

if TYPE_CHECKING:
    import polars as pl

_SHOWN = 5

Tell = Callable[[str], None]


def read_texts(places: Sequence[Path], options: TableOptions, separator: str, tell: Tell) -> pl.DataFrame:
    """Read files of separated text as one table.

    :param places: the files.
    :param options: what was said of them.
    :param separator: what separates their values where nothing was said.
    :param tell: called with each remark.
    :raises TableFault: if a file cannot be read, its columns cannot be stored as they are called, or a value does not fit
        the type that was named for it.
    :raises DataError: if files have different columns.
    """
    import polars as pl

    parts = [_read(place, options, separator) for place in places]
    check_known([name for part in parts for name in part.names], options.renames, "--rename")
    first = final_names(parts[0].names, options, places[0])
    frames = []
    for part in parts:
        names = final_names(part.names, options, part.place)
        check_same_columns(part.place, names, places[0], first)
        frames.append(part.texts.rename(dict(zip(part.texts.columns, names, strict=True))).select(first))
    check_known(first, options.types, "--type")
    columns, doubts = [], {}
    for column in pl.concat(frames).iter_columns():
        if options.nulls:
            column = column.set(column.is_in(options.nulls), None)
        if column.name in options.types:
            columns.append(cast_column(column, options, lambda row: _origin(parts, row)))
            continue
        made, doubt = typed(column, options)
        columns.append(made)
        if doubt is not None:
            doubts[column.name] = doubt
    if doubts:
        tell(_remark(doubts))
    return pl.DataFrame(columns)


def _read(place: Path, options: TableOptions, separator: str) -> SeparatedText:
    try:
        found = read_separated(place, options, separator)
        if looks_otherwise_separated(found.names, options):
            way = helpful_options(place, options, separator)
            if "--separator" in way:
                raise TableFault(f"{place} has one column, {found.names[0]!r}, and something else seems to separate it")
        final_names(found.names, options, place)
    except TableFault as fault:
        # Another separator or encoding helps more than what would help if these were right.
        raise TableFault(fault.message, helpful_options(place, options, separator) or fault.options) from fault
    return found


def _origin(parts: Sequence[SeparatedText], row: int) -> str:
    """Return the file and the line of a row of the whole table."""
    for part in parts:
        if row < part.texts.height:
            return f"{part.place}, line {part.line_of(row)}"
        row -= part.texts.height
    raise AssertionError("the row is none of these files'")


def _remark(doubts: Mapping[str, str]) -> str:
    """Return what is said of columns of numbers that were left as text."""
    shown = ", ".join(f"{name} ({text!r})" for name, text in list(doubts.items())[:_SHOWN])
    more = f" and {len(doubts) - _SHOWN} more" if len(doubts) > _SHOWN else ""
    (name, *_) = doubts
    return f"Kept as text, as numbers would be written otherwise: {shown}{more}. For numbers add --type {name}=double."
