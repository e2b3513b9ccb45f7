"""Partition values in the names of folders, as Spark writes them."""

from __future__ import annotations

from urllib.parse import unquote

NULL = "__HIVE_DEFAULT_PARTITION__"
"""What stands in place of null."""


def partition_of(folder: str, encoding: str = "utf-8") -> tuple[str, str | None]:
    """Return the column and the value that the name of a folder tells, such as ``day=2026-01-01``.

    :param folder: the name.
    :param encoding: of the bytes that are written as ``%C3``; Spark, which writes letters beyond ASCII as they are, takes each
        byte for a letter of ``latin-1`` where others wrote them so.
    """
    name, _, value = folder.partition("=")
    return unquote(name, encoding), None if value == NULL else unquote(value, encoding)
