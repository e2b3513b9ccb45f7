"""Which files of a dataset a listing shows: globs with ``**``, anchored regular expressions, hidden names."""

from __future__ import annotations

import re
from functools import lru_cache


def matches(path: str, glob: str | None, regex: str, show_hidden: bool) -> bool:
    """Tell whether a file belongs in a listing.

    :param path: the file's path inside the dataset.
    :param glob: a Unix-style pattern; ``*`` stays inside a folder, ``**/`` stands for any number of folders, also none.
    :param regex: a regular expression that must match from the path's first letter.
    :param show_hidden: whether files and folders that start with ``.`` or ``_`` are shown.
    """
    if not show_hidden and any(part[0] in "._" for part in path.split("/")):
        return False
    if glob is not None and not _glob(glob).fullmatch(path):
        return False
    return re.match(regex, path) is not None


@lru_cache(maxsize=64)
def _glob(pattern: str) -> re.Pattern[str]:
    out, rest = "", pattern
    while rest:
        if rest.startswith("**/"):
            out, rest = out + "(?:[^/]+/)*", rest[3:]
        elif rest.startswith("**"):
            out, rest = out + ".*", rest[2:]
        elif rest[0] == "*":
            out, rest = out + "[^/]*", rest[1:]
        elif rest[0] == "?":
            out, rest = out + "[^/]", rest[1:]
        elif rest[0] == "[" and "]" in rest[2:]:
            end = rest.index("]", 2)
            body = rest[1:end]
            negated = "^" if body[0] in "!^" else ""
            body = body[1:] if negated else body
            out, rest = out + f"[{negated}{body.replace(chr(92), chr(92) * 2)}]", rest[end + 1 :]
        else:
            out, rest = out + re.escape(rest[0]), rest[1:]
    return re.compile(out, re.DOTALL)
