"""The columns of files: what they are called in the end, and in which type a person wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.errors import DataError, NotFoundError, nearest
from transforms.run.incoming.casting import Unfit, cast
from transforms.run.incoming.fault import TableFault
from transforms.run.incoming.options import TableOptions
from transforms.store.columns import allowed_names, name_faults

if TYPE_CHECKING:
    import polars as pl

_SHOWN = 20


def final_names(names: Sequence[str], options: TableOptions, place: Path) -> list[str]:
    """Return what the columns of a file will be called.

    :param names: what the file calls them.
    :param options: what was said.
    :param place: the file, for the message.
    :raises TableFault: if a name cannot be stored; tells all of them, and what to say.
    """
    final = [options.renames.get(name, name) for name in names]
    faults = name_faults(final)
    if faults:
        raise TableFault(f"{place}: {'; '.join(faults)}", renaming(names, options))
    return final


def renaming(names: Sequence[str], options: TableOptions) -> list[str]:
    """Return arguments for ``transforms put`` that give columns names which can be stored; none where all have such."""
    final = [options.renames.get(name, name) for name in names]
    if not name_faults(final):
        return []
    better = allowed_names(final)
    if len(set(names)) != len(names):  # a name that is there twice tells no column
        return ["--columns", ",".join(better)]
    changed = [(old, new) for old, was, new in zip(names, final, better, strict=True) if was != new]
    return [word for old, new in changed for word in ("--rename", f"{old}={new}")]


def check_known(names: Iterable[str], given: Iterable[str], what: str) -> None:
    """Refuse an option that names a column which is not there.

    :param names: the columns there are.
    :param given: the columns that were named.
    :param what: the option.
    :raises NotFoundError: suggests the nearest.
    """
    known = list(names)
    for name in given:
        if name not in known:
            shown = ", ".join(known[:_SHOWN]) + (" and more" if len(known) > _SHOWN else "")
            raise NotFoundError(f"{what} {name}: there is no such column.{nearest(name, known)} There are: {shown}.")


def check_same_columns(place: Path, names: Sequence[str], first_place: Path, first: Sequence[str]) -> None:
    """Refuse files that do not have the same columns, in whatever order.

    :raises DataError: names the columns that only one has.
    """
    if set(names) != set(first):
        odd = sorted(set(names) ^ set(first))
        raise DataError(
            f"{place} and {first_place} have different columns ({', '.join(odd)} is in one only); nothing was committed. "
            f"Give them the same, with --rename {odd[0]}=NAME for one that is only called otherwise, or keep the files "
            f"as they are with --files."
        )


def cast_column(column: pl.Series, options: TableOptions, origin: Callable[[int], str]) -> pl.Series:
    """Return a column in the type that was named for it.

    :param column: the column, by its final name.
    :param options: what was said; its type is among it.
    :param origin: returns the place of a row, for the message.
    :raises TableFault: names the first value that does not fit, and where it stands.
    """
    import polars as pl

    name, kind = column.name, options.types[column.name]
    try:
        return cast(column, kind, options)
    except Unfit as unfit:
        value = str(unfit.value)
        is_word = column.dtype == pl.String and not any(map(str.isdigit, value))  # such as NA, or nothing in quotes
        way = ["--null", value] if is_word else ["--type", f"{name}=string"]
        raise TableFault(f"{origin(unfit.row)}: {name!r} is {unfit.value!r}, which is no {kind}", way) from unfit
    except pl.exceptions.PolarsError as error:
        raise DataError(f"Column {name!r} of the type {column.dtype} cannot become {kind}: {error}.") from error


def cast_columns(frame: pl.DataFrame, options: TableOptions) -> pl.DataFrame:
    """Return a frame with the types that were named for its columns.

    :raises NotFoundError: if a column was named that is not there.
    :raises TableFault: if a value does not fit.
    """
    check_known(frame.columns, options.types, "--type")
    return frame.with_columns(cast_column(frame[name], options, lambda row: f"row {row + 1}") for name in options.types)
