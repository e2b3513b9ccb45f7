"""Finding the transforms of packages and modules."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import GeneratorType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from transforms.errors import DeclarationError, TransformsError
from transforms.spec.transform import Transform

_read: WeakKeyDictionary[Generator[Any, Any, Any], list[Any]] = WeakKeyDictionary()
"""What generators gave when they were read, for as long as somebody still holds them."""


@dataclass(frozen=True)
class Import:
    """How the modules of a project are imported.

    Attributes:
        remedy: is asked when a module fails, and tells whether to try once more; what it raises is told in its place.
        failures: what could not be imported and why, each with its file; the cause is chained.
    """

    remedy: Callable[[Exception], bool]
    failures: list[DeclarationError] = field(default_factory=list)


_current: ContextVar[Import | None] = ContextVar("_current", default=None)


@contextmanager
def leaving_out_failures(remedy: Callable[[Exception], bool]) -> Iterator[Import]:
    """Within the block, what cannot be imported is left out and collected, so that the rest can be used.

    :param remedy: see :class:`Import`.
    """
    token = _current.set(Import(remedy))
    try:
        current = _current.get()
        assert current is not None
        yield current
    finally:
        _current.reset(token)


def imported(load: Callable[[], ModuleType], name: str) -> ModuleType:
    """Import a module of the user's.

    :param load: does it.
    :param name: its file, for the message.
    :raises DeclarationError: if that fails; the cause is chained.
    """
    current = _current.get()
    try:
        try:
            return load()
        except Exception as error:
            if current is None or not current.remedy(error):
                raise
            return load()
    except (Exception, SystemExit) as error:
        reason = str(error) if isinstance(error, TransformsError) else f"{type(error).__name__}: {error}"
        raise DeclarationError(f"{name} cannot be imported: {reason}") from error


@contextmanager
def _left_out() -> Iterator[None]:
    """Collect a failure in the block, where failures are left out."""
    try:
        yield
    except DeclarationError as error:
        current = _current.get()
        if current is None:
            raise
        current.failures.append(error)


def transforms_of(module: ModuleType) -> Iterator[Transform]:
    """Yield the transforms at the top level of a module and, for a package, of everything below it.

    :raises DeclarationError: if a module cannot be imported; the file is named and the cause is chained.
    """
    yield from _top_level(module)
    for child in _children(module):
        yield from transforms_of(child)


def _top_level(module: ModuleType) -> Iterator[Transform]:
    for name, value in list(vars(module).items()):
        if isinstance(value, Transform):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (member for member in value if isinstance(member, Transform))
        elif isinstance(value, GeneratorType):
            members: list[Any] = []
            with _left_out():
                members = _members(value, f"{module.__name__}.{name}", getattr(module, "__file__", None))
            setattr(module, name, members)  # a generator can be read once: what it gave takes its place
            yield from (member for member in members if isinstance(member, Transform))


def _members(generator: Generator[Any, Any, Any], name: str, file: str | None) -> list[Any]:
    if generator not in _read:  # other modules may have imported the same generator
        try:
            _read[generator] = list(generator)
        except DeclarationError:
            raise
        except Exception as error:
            raise DeclarationError(
                f"{name} ({file or 'no file'}) cannot be read: {type(error).__name__}: {error}"
            ) from error
    return _read[generator]


def _children(package: ModuleType) -> Iterator[ModuleType]:
    for folder in getattr(package, "__path__", ()):
        for path in sorted(Path(folder).iterdir()):
            if path.name.startswith(("__", ".")):
                continue
            if path.is_dir():
                path /= "__init__.py"
            if path.suffix != ".py" or not path.is_file():
                continue
            name = path.parent.name if path.name == "__init__.py" else path.stem
            found = None
            with _left_out():
                found = _imported(f"{package.__name__}.{name}", path)
            if found is not None:
                yield found


def _imported(name: str, file: Path) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    if all(part.isidentifier() for part in name.split(".")):
        return imported(lambda: importlib.import_module(name), str(file))
    return imported(lambda: _loaded(name, file), str(file))


def _loaded(name: str, file: Path) -> ModuleType:
    """Import a file whose name is no identifier, such as ``2-clean.py``."""
    places = [str(file.parent)] if file.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=places)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
