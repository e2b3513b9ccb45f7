"""Finding the transforms of packages and modules."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from types import GeneratorType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from transforms.errors import DeclarationError
from transforms.spec.transform import Transform

_read: WeakKeyDictionary[Generator[Any, Any, Any], list[Any]] = WeakKeyDictionary()
"""What generators gave when they were read, for as long as somebody still holds them."""


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
            if path.suffix == ".py":
                yield _imported(f"{package.__name__}.{path.stem}", path)
            elif path.is_dir() and (path / "__init__.py").is_file():
                yield _imported(f"{package.__name__}.{path.name}", path / "__init__.py")


def _imported(name: str, file: Path) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    try:
        if all(part.isidentifier() for part in name.split(".")):
            return importlib.import_module(name)
        return _loaded(name, file)
    except Exception as error:
        raise DeclarationError(f"{file} cannot be imported: {type(error).__name__}: {error}") from error


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
