"""The version of a transform's logic: a sum over the code it is written in and the values it closes over."""

from __future__ import annotations

import ast
import hashlib
import inspect
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

_FRAMEWORK = ("transforms", "palantir_models")  # their own upgrades do not make anything stale
_PLAIN = (str, bytes, int, float, complex, bool, type(None), type(...))


def logic_version(function: Callable[..., Any], declared: Iterable[str]) -> str:
    """Return the version of a compute function's logic.

    It covers the source of the function's module and of every module of the same project that this imports, however
    indirectly; the function's name; the values it closes over and its defaults, which tell generated transforms
    apart; and what is declared.

    :param function: the compute function.
    :param declared: what the transform declares, as text.
    :returns: a SHA-256 sum in hexadecimal.
    :raises ValueError: if a value that the function closes over cannot be compared between runs.
    """
    inner = inspect.unwrap(function)
    parts = [*_module_sources(inner), getattr(inner, "__qualname__", repr(type(inner))), *declared]
    seen: set[int] = set()
    for value in _captured(inner):
        parts.append(_text(value, seen, inner))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _captured(function: Callable[..., Any]) -> Iterator[Any]:
    for cell in getattr(function, "__closure__", None) or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet: a function that refers to itself
            continue
    yield from getattr(function, "__defaults__", None) or ()
    yield from (getattr(function, "__kwdefaults__", None) or {}).items()


def _text(value: Any, seen: set[int], owner: Any) -> str:
    if isinstance(value, _PLAIN):
        return f"{type(value).__name__}:{value!r}"
    if id(value) in seen:
        return "again"
    seen.add(id(value))
    if isinstance(value, types.ModuleType):
        return f"module:{value.__name__}"
    if isinstance(value, type):
        return f"class:{value.__module__}.{value.__qualname__}"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}[{','.join(_text(part, seen, owner) for part in value)}]"
    if isinstance(value, (set, frozenset)):
        return f"set[{','.join(sorted(_text(part, seen, owner) for part in value))}]"
    if isinstance(value, dict):
        pairs = (f"{_text(key, seen, owner)}={_text(part, seen, owner)}" for key, part in value.items())
        return f"dict[{','.join(pairs)}]"
    if isinstance(value, types.FunctionType):
        captured = ",".join(_text(part, seen, owner) for part in _captured(value))
        return f"function:{value.__module__}.{value.__qualname__}:{_code(value.__code__)}[{captured}]"
    return f"object:{_pickled(value, owner)}"


def _code(code: types.CodeType) -> str:
    # Not the source: two functions on one line share it, and a function made by exec has none.
    inner = (_code(const) if isinstance(const, types.CodeType) else repr(const) for const in code.co_consts)
    return f"{code.co_code.hex()}({','.join(code.co_names)})[{','.join(inner)}]"


def _pickled(value: Any, owner: Any) -> str:
    import pickle

    try:
        return hashlib.sha256(pickle.dumps(value, protocol=5)).hexdigest()
    except Exception as error:
        raise ValueError(
            f"{owner.__qualname__} closes over a {type(value).__qualname__}, which cannot be compared between runs "
            f"({error}); pass plain values such as names and numbers to the function that makes the transform."
        ) from error


def _module_sources(function: Callable[..., Any]) -> list[str]:
    module = sys.modules.get(function.__module__)
    file = getattr(module, "__file__", None)
    if module is None or file is None:
        code = getattr(function, "__code__", None)
        return [_code(code) if code else repr(function)]
    return [f"{name}\0{_source(path)}" for name, path in sorted(_project_modules(module.__name__, file).items())]


@lru_cache(maxsize=4096)
def _project_modules(name: str, file: str) -> dict[str, str]:
    """Return the modules of the project that a module needs, itself included, by name.

    They are found by their files and not in ``sys.modules``, so that what else a process happened to import says nothing.
    """
    root = _project_root(name, file)
    found, waiting = {name: file}, [(name, file)]
    while waiting:
        current, path = waiting.pop()
        for imported in _imports(path, current):
            installed = root.endswith("-packages") and imported.partition(".")[0] != name.partition(".")[0]
            place = None if imported in found or installed else _file_of(root, imported)
            if place is not None:
                found[imported] = place
                waiting.append((imported, place))
    return found


def _project_root(name: str, file: str) -> str:
    path = Path(file)
    depth = name.count(".") + (1 if path.name == "__init__.py" else 0)
    return str(path.parents[min(depth, len(path.parents) - 1)])


@lru_cache(maxsize=16384)
def _file_of(root: str, name: str) -> str | None:
    if name.partition(".")[0] in _FRAMEWORK:
        return None
    base = os.path.join(root, *name.split("."))
    return next((place for place in (f"{base}.py", os.path.join(base, "__init__.py")) if os.path.isfile(place)), None)


@lru_cache(maxsize=4096)
def _source(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


@lru_cache(maxsize=4096)
def _imports(path: str, module: str) -> tuple[str, ...]:
    try:
        tree = ast.parse(_source(path))
    except SyntaxError:
        return ()
    package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names.extend(_with_parents(alias.name))
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            names.extend([*_with_parents(base), *(f"{base}.{alias.name}" for alias in node.names)])
    return tuple(dict.fromkeys(names))


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]
