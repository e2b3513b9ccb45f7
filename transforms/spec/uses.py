"""Whether the code of a compute function names a package, so that it can need it."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from transforms.common.syntax import parsed
from transforms.spec.version import project_modules


def names_package(function: Callable[..., Any], package: str) -> bool:
    """Return whether a function's module, or a module of the project that this imports, names a package.

    Imports for type checkers only do not count. A function without a file, such as one of a notebook, is judged by what
    its code and its module's names hold now.

    :param function: the compute function; decorators around it that say so by ``__wrapped__`` are taken off.
    :param package: the package, such as ``pyspark``.
    """
    modules, inner = project_modules(function)
    if any(_file_names(path, package) for path in modules.values()):
        return True
    if modules:
        return False
    return _code_names(inner.__code__, package) or any(
        _is_of(value, package) for value in getattr(inner, "__globals__", {}).values()
    )


@lru_cache(maxsize=4096)
def _file_names(path: str, package: str) -> bool:
    try:
        text = Path(path).read_text(encoding="utf-8")
        return package in text and any(_matches(name, package) for name in _named(parsed(text)))
    except (OSError, UnicodeDecodeError, SyntaxError):
        return False


def _named(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or "" if not node.level else ""
    elif isinstance(node, ast.Call):  # import_module("..."), __import__("...")
        yield from (part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str))
    skipped = node.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) else ()
    for child in ast.iter_child_nodes(node):
        if child not in skipped:
            yield from _named(child)


def _code_names(code: types.CodeType, package: str) -> bool:
    inner = (const for const in code.co_consts if isinstance(const, types.CodeType))
    return any(_matches(name, package) for name in code.co_names) or any(_code_names(one, package) for one in inner)


def _is_of(value: Any, package: str) -> bool:
    name = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", None)
    return isinstance(name, str) and _matches(name, package)


def _matches(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")
