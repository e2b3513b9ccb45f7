"""Small texts of messages: a number with its noun, the first line of what an error says."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as ``1 row`` or ``1,204 rows``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says that is not empty; the name of its type where it says nothing."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def last_state(line: str) -> str:
    """Return what a terminal would show of a line that was written over and over, as progress bars do.

    :param line: what was written, with its carriage returns.
    """
    return line.rstrip("\r").rpartition("\r")[2]
