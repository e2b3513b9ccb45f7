"""What a pickle means by the name of a module while the state of a version is read: the version's own module.

Pickles name classes and functions by their modules, and Python looks for these among all that are imported. While a state is
read, by its thread alone, the names of modules that the version keeps mean those. So it is for Python's own pickle, and for
what builds on it: dill, cloudpickle, joblib, NumPy, pandas and PyTorch.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, reduce
from typing import IO, Any

from palantir_models.adapter.code.spaces import CodeSpace

_reading: ContextVar[CodeSpace | None] = ContextVar("_reading", default=None)
_lock = threading.RLock()
_readers = 0
_before: list[tuple[Any, str, Any]] = []

_COMPILED: type = pickle.Unpickler
# How dill and cloudpickle write a module itself: as a call of one of these with its name.
_IMPORTERS = {("dill._dill", "_import_module"), ("cloudpickle.cloudpickle", "subimport")}


@contextmanager
def naming_modules_of(space: CodeSpace | None) -> Iterator[None]:
    """While the block runs, let the names in pickles that this thread reads mean the modules of a space.

    :param space: the space; None for the project's own modules, as always.
    """
    if space is None:
        yield
        return
    token = _reading.set(space)
    _begin()
    try:
        yield
    finally:
        _end()
        _reading.reset(token)


def _found(module: str, name: str, usual: Callable[[str, str], Any]) -> Any:
    space = _reading.get()
    if space is None:
        return usual(module, name)
    if space.has(module):
        return reduce(getattr, name.split("."), space.module(module))
    found = usual(module, name)
    return partial(_imported, space, found) if (module, name) in _IMPORTERS else found


def _imported(space: CodeSpace, usual: Callable[..., Any], name: str, *more: Any) -> Any:
    if space.has(name):
        return space.module(name)
    above, _, part = name.rpartition(".")
    return getattr(space.module(above), part) if above and space.has(above) else usual(name, *more)


class _Unpickler(pickle.Unpickler):
    """Python's own, written in C, that asks where a name leads."""

    def find_class(self, module: str, name: str) -> Any:
        return _found(module, name, super().find_class)


def _asking(usual: Callable[[Any, str, str], Any]) -> Callable[[Any, str, str], Any]:
    """Return the method of another unpickler, such as dill's, so that it asks where a name leads."""

    def find_class(self: Any, module: str, name: str) -> Any:
        return _found(module, name, partial(usual, self))

    return find_class


def _unpicklers() -> Iterator[type]:
    """Yield the classes of other libraries that are made from one of Python's two unpicklers, and the one in Python."""
    yield pickle._Unpickler
    waiting: list[type] = [*_COMPILED.__subclasses__()]
    while waiting:
        cls = waiting.pop()
        if cls is not _Unpickler:
            yield cls
            below: list[type] = cls.__subclasses__()
            waiting += [one for one in below if "find_class" in vars(one)]


def _load(file: IO[bytes], **options: Any) -> Any:
    return _Unpickler(file, **options).load()


def _loads(data: Any, /, **options: Any) -> Any:
    return _Unpickler(io.BytesIO(data), **options).load()


def _begin() -> None:
    global _readers
    with _lock:
        _readers += 1
        if _readers > 1:
            return
        for cls in _unpicklers():
            _replace(cls, "find_class", _asking(cls.find_class))  # type: ignore[attr-defined]
        _replace(pickle, "Unpickler", _Unpickler)
        for library in ("pickle", "cloudpickle", "cloudpickle.cloudpickle", "joblib.externals.cloudpickle"):
            if (module := sys.modules.get(library)) is not None and hasattr(module, "loads"):  # bound theirs before
                _replace(module, "load", _load)
                _replace(module, "loads", _loads)


def _replace(holder: Any, name: str, ours: Any) -> None:
    _before.append((holder, name, vars(holder).get(name)))
    setattr(holder, name, ours)


def _end() -> None:
    global _readers
    with _lock:
        _readers -= 1
        while not _readers and _before:
            holder, name, before = _before.pop()
            if before is None:  # it was another class's
                delattr(holder, name)
            else:
                setattr(holder, name, before)


def _in_child() -> None:
    global _lock
    _lock = threading.RLock()  # a thread of the parent may have held it


os.register_at_fork(after_in_child=_in_child)
