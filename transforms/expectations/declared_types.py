"""Types of Polars and of Spark, as an author declares them, told apart without loading either library."""

from __future__ import annotations

from typing import Any

from transforms.errors import TransformTypeError

_LIBRARIES = ("polars", "pyspark")


def library_of(declared: Any) -> str | None:
    """Return whose type somebody declared: ``polars``, ``pyspark``, or None for what is no type of theirs.

    :param declared: a type, or its class.
    """
    kind = declared if isinstance(declared, type) else type(declared)
    for base in kind.__mro__:
        library = base.__module__.split(".")[0]
        if base.__name__ == "DataType" and library in _LIBRARIES:
            return library
    return None


def checked_type(declared: Any, where: str) -> Any:
    """Return a declared type.

    :raises TransformTypeError: if it is none.
    """
    if library_of(declared) is None:
        raise TransformTypeError(f"{where} takes a type of Polars or of Spark, such as pl.Int64; got {declared!r}.")
    return declared
