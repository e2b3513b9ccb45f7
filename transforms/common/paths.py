"""What may be the name of a file or folder below another one: the one place that knows.

Names come from users, from rows of tables, from records that a dead process left, from runs of MLflow and from listings of
buckets. Whoever makes a path of one asks here first, so that none leads out of its folder, on this system or on another.
"""

from __future__ import annotations

import re
from pathlib import Path

from transforms.errors import DataError, TransformsError

_LONGEST_PART, _LONGEST, _DEEPEST = 255, 3000, 100  # what file systems, and who walks them, take below other folders
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DRIVE = re.compile(r".:")  # Windows takes any letter for one


def escape(name: object) -> str | None:
    """Return why a name cannot stand for a place below a folder; None where it can.

    This is for names that other programs may have chosen; what we make ourselves follows :func:`fault`.

    :param name: a path with ``/`` between its parts.
    :returns: the end of a sentence, such as ``leads out of its folder``.
    """
    if not isinstance(name, str):
        return f"is no text but {type(name).__name__}"
    if not name:
        return "is empty"
    if "\0" in name:
        return "has a NUL"
    if name.startswith("/"):
        return "begins at the root of the file system"
    parts = name.split("/")
    if ".." in parts:
        return "leads out of its folder"
    if "" in parts or "." in parts:
        return "has an empty part"
    try:
        name.encode()
    except UnicodeEncodeError:
        return "has letters that are no Unicode"
    return None


def fault(name: object) -> str | None:
    """Return why a name cannot be that of a file or folder below another, on any system; None where it can.

    A backslash separates folders on other systems, where one could lead out; control characters hide in what a terminal
    shows.

    :param name: a path with ``/`` between its parts.
    :returns: the end of a sentence, such as ``leads out of its folder``.
    """
    found = escape(name)
    if found is not None or not isinstance(name, str):
        return found
    if "\\" in name:
        return "has a backslash"
    if _CONTROL.search(name):
        return "has a control character"
    if _DRIVE.match(name):
        return "begins with the letter of a drive"
    if len(name.encode()) > _LONGEST or any(len(part.encode()) > _LONGEST_PART for part in name.split("/")):
        return f"is too long: a part of a path has at most {_LONGEST_PART} bytes, all of it {_LONGEST:,}"
    if name.count("/") >= _DEEPEST:
        return f"has more than {_DEEPEST} parts"
    return None


def inside(name: object, what: str, error: type[TransformsError] = DataError) -> str:
    """Return a name that may be that of a file or folder below another.

    :param name: a path with ``/`` between its parts.
    :param what: whose name it is, as a message begins.
    :param error: what is raised.
    :raises TransformsError: if it may not; says why.
    """
    found = fault(name)
    if found is not None or not isinstance(name, str):
        raise error(f"{what}: {shown(name)} is not a path inside it: it {found}. Give one such as 'folder/name.csv'.")
    return name


def within(folder: Path, name: str, what: str, error: type[TransformsError] = DataError) -> Path:
    """Return a place below a folder, made sure of that no symbolic link leads out of it.

    :param folder: the folder.
    :param name: a path relative to it.
    :param what: whose folder it is, as a message begins.
    :param error: what is raised.
    :raises TransformsError: if the place would lie elsewhere.
    """
    reason = escape(name)
    place = folder / name
    if reason is None:
        try:
            if not _real(place).is_relative_to(folder.resolve()):
                reason = "is a symbolic link that leads out of its folder"
        except (OSError, RuntimeError) as failure:  # links in a circle
            reason = f"cannot be followed ({failure})"
    if reason is not None:
        raise error(f"{what}: {shown(name)} cannot be read, as it {reason}.")
    return place


def _real(place: Path) -> Path:
    """Return where links lead; links in a circle are an error, which only a strict answer tells in every Python."""
    try:
        return place.resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):
        return place.resolve()


def shown(name: object) -> str:
    """Return a name as a message can show it: what is no letter is spelled out, and what is too long is cut."""
    text = ascii(name) if isinstance(name, str) and not name.isprintable() else repr(name)
    return text if len(text) <= 120 else f"{text[:80]}…{text[-20:]}"
