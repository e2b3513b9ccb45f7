"""Where in a person's own code something was declared, so that errors can point at it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from transforms.common.usercode import shown_file


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """A line of the user's code.

    Attributes:
        file: the path of the file as Python knows it.
        line: the line number, counted from 1.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{shown_file(self.file)}:{self.line}"


def source_of(function: Callable[..., Any]) -> SourceLocation:
    """Return where a function is written; decorated functions are followed to the innermost one."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return SourceLocation("<unknown>", 0)
    return SourceLocation(code.co_filename, code.co_firstlineno)
