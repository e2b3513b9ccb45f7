"""The code of a class or a function as files of its project, as they were when it was imported."""

from __future__ import annotations

import ast
import logging
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from transforms.common.paths import fault
from transforms.common.syntax import parsed
from transforms.common.usercode import shown_file
from transforms.spec.modules import file_of, is_frameworks, is_of_project, modules_needed_now, source
from transforms.spec.version import project_modules

_log = logging.getLogger(__name__)
_MOST_BYTES = 16 * 2**20  # of a file beside the code: what is larger is data


def code_of_class(cls: type, others: Iterable[str] = ()) -> dict[str, bytes]:
    """Return the code that a class comes from.

    It is that of its own module, of the modules of its bases, and of every module of the same project that these import,
    however indirectly, with the files beside them that they name by a constant, such as ``"labels.json"``.

    :param cls: the class.
    :param others: names of imported modules that are needed, too; those that are not of the project are passed over.
    :returns: the content of each file by its place, which follows from the module's name: ``package/module.py``; nothing for a
        class of this framework, or without a source.
    """
    home = cls.__module__
    if is_frameworks(home) or not _is_source(file_of(home)):
        return {}
    modules: dict[str, str] = {}
    for name in dict.fromkeys([*(base.__module__ for base in cls.__mro__), *others]):
        file = file_of(name)
        if file is not None and name not in modules and is_of_project(name, home):
            modules |= modules_needed_now(name, file)
    files: dict[str, bytes] = {}
    for name, path in sorted(modules.items()):
        if _is_source(path):
            content, place = _as_imported(name, path), _place(name, path)
            files[place] = content
            folder = place.rpartition("/")[0]
            for beside, data in _named_beside(Path(path).parent, content):
                files.setdefault(f"{folder}/{beside}" if folder else beside, data)
    return files


def code_of_function(function: Callable[..., Any]) -> dict[str, bytes]:
    """Return the code that a compute function's version is of.

    :param function: the function.
    :returns: the content of each file by its place, as :func:`code_of_class` has it; nothing for one without a file.
    """
    modules, _ = project_modules(function)
    if not all(_is_source(path) for path in modules.values()):
        return {}
    return {_place(name, path): source(path).encode() for name, path in sorted(modules.items())}


def is_as_imported(module: str, content: bytes) -> bool:
    """Whether an imported module has the code of a source, as far as that can be told; so has one that is not imported.

    :param module: the module's name.
    :param content: the source.
    """
    file = file_of(module)
    return file is None or _came_from(module, content, file)


def module_at(place: str) -> str | None:
    """Return the name of the module whose source lies at a place of :func:`code_of_class`; None for another file."""
    stem, dot, suffix = place.rpartition(".")
    if not dot or suffix != "py":
        return None
    return stem.removesuffix("/__init__").replace("/", ".")


def _place(name: str, path: str) -> str:
    base = name.replace(".", "/")
    return f"{base}/__init__.py" if path.endswith("__init__.py") else f"{base}.py"


def _is_source(path: str | None) -> bool:
    return path is not None and path.endswith(".py") and Path(path).is_file()


def _as_imported(name: str, path: str) -> bytes:
    """Return a module's source; where the file was edited while a job runs, as it was when the job began."""
    now, then = Path(path).read_bytes(), source(path).encode()
    if _came_from(name, now, path):
        return now
    if then and _came_from(name, then, path):
        return then
    _log.warning("%s was edited since it was imported: what is kept of it is the file as it is now.", shown_file(path))
    return now


def _came_from(name: str, content: bytes, path: str) -> bool:
    """Whether the functions of a module are those of a source, as far as that can be told."""
    module = sys.modules.get(name)
    if module is None or type(getattr(module, "__loader__", None)) is not SourceFileLoader:
        return True  # it was not imported, or by what changes code, as pytest does
    known = _known(content, path)
    return known is not None and all(code in known for code in _running(vars(module).values(), name, path))


@lru_cache(maxsize=512)
def _known(content: bytes, path: str) -> frozenset[types.CodeType] | None:
    """Return the code of every function of a source; None where it is no Python."""
    try:
        return frozenset(_codes(compile(content, path, "exec", dont_inherit=True)))
    except (SyntaxError, ValueError):
        return None


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _running(values: Iterable[Any], module: str, path: str) -> Iterator[types.CodeType]:
    for value in list(values):
        function = getattr(value, "__func__", value)
        if isinstance(function, types.FunctionType) and function.__code__.co_filename == path:
            yield function.__code__
        elif isinstance(value, type) and value.__module__ == module:
            yield from _running(vars(value).values(), module, path)


def _named_beside(folder: Path, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the files in a module's folder that its source names by a constant, each by its place there."""
    try:
        tree = parsed(content.decode("utf-8"))
    except (SyntaxError, UnicodeDecodeError):
        return
    names = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for name in sorted(names):
        if "." not in name or len(name) > 200 or name.endswith(".py") or fault(name) is not None:
            continue
        file = folder / name
        if file.is_file() and file.stat().st_size <= _MOST_BYTES and not file.is_symlink():
            yield name, file.read_bytes()
