"""Kept code as modules of its own, beside those of the project that have the same names.

The modules of a space are imported below a package that is named for their content, so that two versions of one module live
in one process, and equal ones are the same. What the code of a space imports is looked for in the space first: its functions
have an ``__import__`` of their own, so nothing of it is global, and an import inside of a function, in any thread and years
later, finds what one at the top of the module would.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.abc
import importlib.util
import logging
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from palantir_models.adapter.code.names import original_name
from palantir_models.adapter.code.shipping import send_whole
from transforms.spec.project_code import module_at

_log = logging.getLogger(__name__)


class CodeSpace:
    """Kept code that is ready to be imported.

    :param name: what :func:`space_name` says of its files.
    :param files: the content of each file by its place.
    :param folder: where the same files lie, for tracebacks and for code that reads beside itself.
    """

    def __init__(self, name: str, files: Mapping[str, bytes], folder: Path) -> None:
        self.name = name
        self.files = files
        self._folder = folder
        self._places = {module: place for place in files if (module := module_at(place)) is not None}
        self._above = {module[:end] for module in self._places for end in _dots(module)} - self._places.keys()
        self.builtins = {**vars(builtins), "__import__": self._import}

    def has(self, module: str) -> bool:
        """Whether a module, by the name that it has in its project, is of this space."""
        return module in self._places or module in self._above

    def module(self, name: str) -> ModuleType:
        """Import a module of the space by the name that it has in its project."""
        return importlib.import_module(f"{self.name}.{name}")

    def spec(self, fullname: str) -> ModuleSpec | None:
        """Return how a module of the space is imported; None for one that it has not."""
        name = fullname.removeprefix(self.name).removeprefix(".")
        place = self._places.get(name)
        if place is None:
            if name and name not in self._above:
                return None
            above = ModuleSpec(fullname, None, is_package=True)
            above.submodule_search_locations = []
            return above
        file = self._folder / place
        is_package = file.name == "__init__.py"
        spec = ModuleSpec(fullname, _Loader(self, place, file), origin=str(file), is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [str(file.parent)]
        return spec

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Import as the builtin does, for a statement in the space's code."""
        if level:
            package = str((globals or {}).get("__package__") or "")
            name = original_name(importlib.util.resolve_name("." * level + name, package))
        if not self.has(name):
            found = builtins.__import__(name, None, None, fromlist or (), 0)
            if (root := sys.modules.get(self.name)) is not None:
                send_whole(root)  # this import may have brought a library that needs to know
            return found
        module = self.module(name)
        if not fromlist:
            return sys.modules[f"{self.name}.{name.partition('.')[0]}"]
        wanted = getattr(module, "__all__", ()) if "*" in fromlist else fromlist
        for part in wanted:
            if not hasattr(module, part):
                self._bring(module, f"{name}.{part}", part)
        return module

    def _bring(self, package: ModuleType, name: str, part: str) -> None:
        """Import a module that is asked for as a part of its package; what was not kept is the project's own."""
        if self.has(name):
            self.module(name)
            return
        try:
            setattr(package, part, importlib.import_module(name))
        except Exception as error:  # noqa: BLE001 - of the project's package of today, which may be broken
            _log.debug("%s is no part of what was kept, nor of the project: %s", name, error)


class _Loader(importlib.abc.InspectLoader):
    """Runs the source of one module as it was verified, whatever lies in its file by now."""

    def __init__(self, space: CodeSpace, place: str, file: Path) -> None:
        self._space = space
        self._content = space.files[place]
        self._file = file

    def get_source(self, fullname: str) -> str:
        return importlib.util.decode_source(self._content)

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._content, str(self._file), "exec", dont_inherit=True)

    def get_data(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def is_package(self, fullname: str) -> bool:
        return self._file.name == "__init__.py"

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = self._space.builtins
        exec(self.get_code(module.__name__), module.__dict__)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of every space of this process."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        space = _spaces.get(fullname.partition(".")[0])
        return None if space is None else space.spec(fullname)


_spaces: dict[str, CodeSpace] = {}
_finder = _Finder()


def space_called(name: str | None) -> CodeSpace | None:
    """Return a space of this process."""
    return None if name is None else _spaces.get(name)


def add_space(space: CodeSpace) -> CodeSpace:
    """Let the modules of a space be imported; of two with the same content, the first one stays.

    :returns: the space of this content.
    """
    found = _spaces.setdefault(space.name, space)
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)  # before those that would find a package's modules by its folder
    send_whole(importlib.import_module(space.name))
    return found


def _dots(name: str) -> list[int]:
    return [index for index, letter in enumerate(name) if letter == "."]
