"""Which modules of a project a module needs, told from their sources."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from transforms.common.syntax import parsed

# Their own upgrades do not make anything stale.
_FRAMEWORK = ("transforms", "palantir_models", "palantir_models_serializers", "models_api", "foundry_ml_metrics")


def file_of(module: str | None) -> str | None:
    """Return the file of a module that is imported; None for one that has none."""
    return getattr(sys.modules.get(module or ""), "__file__", None)


def is_frameworks(module: str) -> bool:
    """Tell whether a module belongs to this framework."""
    return module.partition(".")[0] in _FRAMEWORK


def is_of_project(module: str, home: str) -> bool:
    """Tell whether a module that is imported belongs to the project of another; installed packages do not count.

    :param module: the module's name.
    :param home: the name of a module of the project.
    """
    if module == home:
        return True
    file, own_file = file_of(module), file_of(home)
    if file is None or own_file is None or is_frameworks(module):
        return False
    root = _project_root(module, file)
    same_package = module.partition(".")[0] == home.partition(".")[0]
    return root == _project_root(home, own_file) and (same_package or not root.endswith("-packages"))


@lru_cache(maxsize=4096)
def needed_modules(name: str, file: str) -> dict[str, str]:
    """Return the modules of the project that a module needs, itself included, each with its file.

    They are found by their files and not in ``sys.modules``, so that what else a process happened to import says nothing.
    Sources are read once in a process.

    :param name: the module's name.
    :param file: its file.
    """
    return _walked(name, file, source, _place)


def modules_needed_now(name: str, file: str) -> dict[str, str]:
    """Return the same as :func:`needed_modules`, from the sources as they are at this moment."""
    return _walked(name, file, _read, _place.__wrapped__)


def _walked(
    name: str, file: str, read: Callable[[str], str], place_of: Callable[[str, str], str | None]
) -> dict[str, str]:
    root = _project_root(name, file)
    found, waiting = {name: file}, [(name, file)]
    while waiting:
        current, path = waiting.pop()
        for imported in _imports(read(path), path.endswith("__init__.py"), current):
            installed = root.endswith("-packages") and imported.partition(".")[0] != name.partition(".")[0]
            place = None if imported in found or installed else place_of(root, imported)
            if place is not None:
                found[imported] = place
                waiting.append((imported, place))
    return found


def _project_root(name: str, file: str) -> str:
    path = Path(file)
    depth = name.count(".") + (1 if path.name == "__init__.py" else 0)
    return str(path.parents[min(depth, len(path.parents) - 1)])


@lru_cache(maxsize=16384)
def _place(root: str, name: str) -> str | None:
    if is_frameworks(name):
        return None
    base = os.path.join(root, *name.split("."))
    return next((place for place in (f"{base}.py", os.path.join(base, "__init__.py")) if os.path.isfile(place)), None)


@lru_cache(maxsize=4096)
def source(path: str) -> str:
    """Return the text of a source file as this process read it first; empty where it cannot be read."""
    return _read(path)


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


@lru_cache(maxsize=4096)
def _imports(text: str, is_package: bool, module: str) -> tuple[str, ...]:
    try:
        tree = parsed(text)
    except SyntaxError:
        return ()
    package = module if is_package else module.rpartition(".")[0]
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
