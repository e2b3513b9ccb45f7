"""Functions of the user's as syntax, and which of them a piece of code calls."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import Any

from transforms.common.syntax import parsed
from transforms.common.usercode import is_users

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def syntax_of(function: Callable[..., Any]) -> Definition | None:
    """Return a function as syntax; None for one without a file, or whose lines are no definition."""
    try:
        tree = parsed(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None
    return next((node for node in tree.body if isinstance(node, Definition)), None)


def names_in(function: FunctionType) -> dict[str, Any]:
    """Return what the names mean that a function finds outside of itself."""
    captured = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            captured[name] = cell.cell_contents
        except ValueError:  # not filled yet
            continue
    return {**function.__globals__, **captured}


def called_function(node: ast.expr, names: Mapping[str, Any]) -> FunctionType | None:
    """Return the user's own function that is called by a name, or by a name in a module.

    :param node: what is called.
    :param names: what names mean there.
    """
    found: Any = None
    if isinstance(node, ast.Name):
        found = names.get(node.id)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = names.get(node.value.id)
        found = getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
    found = inspect.unwrap(found) if isinstance(found, FunctionType) else None
    return found if isinstance(found, FunctionType) and is_users(found.__code__.co_filename) else None
