"""Which names columns may have, and when two of them are one."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from transforms.errors import DataError

_FORBIDDEN = " ,;{}()="
_WORDS = {
    " ": "a space",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a carriage return",
    "\0": "a NUL",
    "\ufeff": "a byte order mark",
}
# Control characters, lone surrogates, separators of lines and paragraphs, letters that stand for nothing.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_SHOWN = 20
RENAMING = {
    "pandas": "df.rename(columns={})",
    "polars": "df.rename({})",
    "pyarrow": "table.rename_columns({})",
    "pyspark": "df.withColumnsRenamed({})",
}
"""What renames columns, by the library of a frame."""


def folded(name: str) -> str:
    """Return what is alike for names that Delta takes for one: it compares them in lower case."""
    return name.lower()


def check_names(names: Iterable[Any], what: str, rename: str = "") -> None:
    """Refuse column names that Delta's readers cannot tell apart or do not allow, all of them at once.

    :param names: the column names.
    :param what: the dataset, for the message.
    :param rename: how the caller's columns are renamed, with ``{}`` where the new names go (see :data:`RENAMING`).
    :raises DataError: names every such column, what is wrong with it, and a name that can be stored.
    """
    given = list(names)
    faults = name_faults(given)
    if not faults:
        return
    better = allowed_names(given)
    if len(set(given)) == len(given):
        changes = {there: here for there, here in zip(given, better, strict=True) if there != here}
        way = f"Rename, for example: {(rename or '{}').format(_shortened(changes))}"
    else:  # what is there twice cannot be told apart by name
        way = f"Give the columns other names, for example {better[:_SHOWN]!r}"
    raise DataError(f"{what}: {'; '.join(faults)}. {way}")


def allowed_names(names: Sequence[Any]) -> list[str]:
    """Return a name that can be stored for each of some columns: its own where possible, all of them different.

    :param names: the column names, which may be anything.
    """
    kept = Counter(folded(name) for name in names if _is_fine(name))
    taken = set(kept)
    first = set(kept)
    better = []
    for position, name in enumerate(names, 1):
        if _is_fine(name) and folded(name) in first:
            first.discard(folded(name))
            better.append(name)
            continue
        base = _cleaned(name) or f"column_{position}"
        made, number = base, 2
        while folded(made) in taken:
            made, number = f"{base}_{number}", number + 1
        taken.add(folded(made))
        better.append(made)
    return better


def name_faults(names: Sequence[Any]) -> list[str]:
    """Return what is wrong with some column names: a phrase for each kind of fault, none where all can be stored."""
    nameless = [repr(name) for name in names if not isinstance(name, str) or not name]
    spoilt, alike, seen = [], list[str](), dict[str, str]()
    for name in names:
        if not isinstance(name, str) or not name:
            continue
        if folded(name) in seen:
            alike.append(f"{seen[folded(name)]!r} and {name!r}")
        seen.setdefault(folded(name), name)
        letters = [letter for letter in dict.fromkeys(name) if not _may_stand(letter)]
        if letters:
            spoilt.append(f"{name!r} ({', '.join(_WORDS.get(letter, repr(letter)) for letter in letters)})")
    found = []
    if nameless:
        found.append(f"{_listed(nameless)} cannot be a column name; give every column a name that is text")
    if spoilt:
        found.append(f"column names with letters that readers such as Spark refuse: {_listed(spoilt)}")
    if alike:
        found.append(f"columns {_listed(alike)} have one name (Delta ignores case)")
    return found


def _listed(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return f"{', '.join(texts[:_SHOWN])}{more}"


def _is_fine(name: Any) -> bool:
    return isinstance(name, str) and bool(name) and all(map(_may_stand, name))


def _may_stand(letter: str) -> bool:
    if letter in _FORBIDDEN or letter == "\ufeff":
        return False
    return letter.isprintable() or unicodedata.category(letter) not in _UNPRINTABLE


def _cleaned(name: Any) -> str:
    text = "_".join(str(part) for part in name) if isinstance(name, tuple) else str("" if name is None else name)
    parts = "".join(letter if _may_stand(letter) else " " for letter in text).split()
    return "_".join(part.strip("_") if 0 < i < len(parts) - 1 else part for i, part in enumerate(parts))


def _shortened(changes: Mapping[Any, str]) -> str:
    shown = ", ".join(f"{there!r}: {here!r}" for there, here in list(changes.items())[:_SHOWN])
    return f"{{{shown}{', …' if len(changes) > _SHOWN else ''}}}"
