"""Finding the transforms of packages and modules."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import GeneratorType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from transforms.common.usercode import shown_file
from transforms.errors import DeclarationError, TransformsError
from transforms.spec.transform import Transform

_read: WeakKeyDictionary[Generator[Any, Any, Any], list[Any]] = WeakKeyDictionary()
"""What generators gave when they were read, for as long as somebody still holds them."""


class ImportFailedError(DeclarationError):
    """A part of a project that cannot be imported; the cause is chained.

    :param message: what went wrong.
    :param file: the file, as it is named to a person.
    """

    def __init__(self, message: str, file: str = "") -> None:
        super().__init__(message)
        self.file = file


Remedy = Callable[[Exception], bool]
"""Is asked when a module fails, and tells whether to try once more; what it raises is told in the error's place."""

_remedy: ContextVar[Remedy | None] = ContextVar("_remedy", default=None)


@contextmanager
def leaving_out_failures(remedy: Remedy) -> Iterator[None]:
    """Within the block, pipelines leave out what cannot be imported, and remember it, so that the rest can be used."""
    token = _remedy.set(remedy)
    try:
        yield
    finally:
        _remedy.reset(token)


def are_left_out() -> bool:
    """Whether failures are left out now."""
    return _remedy.get() is not None


def imported(load: Callable[[], ModuleType], name: str) -> ModuleType:
    """Import a module of the user's.

    :param load: does it.
    :param name: its file, for the message.
    :raises ImportFailedError: if that fails.
    """
    remedy = _remedy.get()
    try:
        try:
            return load()
        except Exception as error:
            if remedy is None or not remedy(error):
                raise
            return load()
    except (Exception, SystemExit) as error:
        raise ImportFailedError(f"{name} cannot be imported: {_said(error)}", name) from error


def _said(error: BaseException) -> str:
    return str(error) if isinstance(error, TransformsError) else f"{type(error).__name__}: {error}"


@contextmanager
def _left_out(failures: list[ImportFailedError] | None) -> Iterator[None]:
    """Collect a failure in the block."""
    try:
        yield
    except ImportFailedError as error:
        if failures is None:
            raise
        failures.append(error)


def transforms_of(module: ModuleType, failures: list[ImportFailedError] | None = None) -> Iterator[Transform]:
    """Yield the transforms at the top level of a module and, for a package, of everything below it.

    :param module: the module.
    :param failures: takes what cannot be imported, which is left out then.
    :raises DeclarationError: if a module cannot be imported; the file is named and the cause is chained.
    """
    yield from _top_level(module, failures)
    for child in _children(module, failures):
        yield from transforms_of(child, failures)


def _top_level(module: ModuleType, failures: list[ImportFailedError] | None) -> Iterator[Transform]:
    for name, value in list(vars(module).items()):
        if isinstance(value, Transform):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (member for member in value if isinstance(member, Transform))
        elif isinstance(value, GeneratorType):
            members: list[Any] = []
            with _left_out(failures):
                members = _members(value, f"{module.__name__}.{name}", getattr(module, "__file__", None))
            setattr(module, name, members)  # a generator can be read once: what it gave takes its place
            yield from (member for member in members if isinstance(member, Transform))


def _members(generator: Generator[Any, Any, Any], name: str, file: str | None) -> list[Any]:
    if generator not in _read:  # other modules may have imported the same generator
        try:
            _read[generator] = list(generator)
        except Exception as error:
            where = f"{name} ({'no file' if file is None else shown_file(file)})"
            raise ImportFailedError(f"{where} cannot be read: {_said(error)}", where) from error
    return _read[generator]


def _children(package: ModuleType, failures: list[ImportFailedError] | None) -> Iterator[ModuleType]:
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
            with _left_out(failures):
                found = _imported(f"{package.__name__}.{name}", path)
            if found is not None:
                yield found


def _imported(name: str, file: Path) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    if all(part.isidentifier() for part in name.split(".")):
        return imported(lambda: importlib.import_module(name), shown_file(str(file)))
    return imported(lambda: _loaded(name, file), shown_file(str(file)))


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
