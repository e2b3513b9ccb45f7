"""Names from MLflow, which may be longer than those of an experiment."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

_DIGITS = 8


def fitting(name: str, length: int) -> str:
    """Return a name that an experiment takes, a different one for every name.

    :param name: the name of a parameter, metric, image, plot or table in MLflow.
    :param length: most characters it may have.
    :returns: the name itself, or its beginning with a hash of the whole: two long names never become one.
    """
    if len(name) <= length:
        return name
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]
    return f"{name[: length - _DIGITS - 1]}~{digest}"[-length:]


def of_file(path: str) -> str:
    """Return the name of what MLflow logs as a file: its path within the run, without the suffix."""
    found = PurePosixPath(path)
    return str(found.with_suffix("")) if found.name else path


def kind_of_file(path: str) -> str:
    """Return what kind of file it is, for people: its suffix in small letters."""
    return PurePosixPath(path).suffix[1:].lower() or "without suffix"
