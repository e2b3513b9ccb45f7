"""Python source as its syntax tree, for several threads at once."""

from __future__ import annotations

import ast
import os
import threading

_TRIES = 100
_lock = threading.Lock()


def parsed(source: str) -> ast.Module:
    """Return the syntax tree of a module's source.

    CPython before 3.13 counts the depth of all trees that are being made in one place. Two threads that make some at a time, as
    jobs side by side do, disturb each other's count, and fail with a ``SystemError``. Ours wait for each other; where code of
    somebody else's came between, it is tried again.

    :param source: the source.
    :raises SyntaxError: if it is no Python.
    """
    for _ in range(_TRIES):
        try:
            with _lock:
                return ast.parse(source)
        except SystemError:
            continue
    return ast.parse(source)


def _in_child() -> None:
    global _lock
    _lock = threading.Lock()  # a thread of the parent may have held it


os.register_at_fork(after_in_child=_in_child)
