"""The version of a transform's logic: a sum over the code it is written in and the values it closes over."""

from __future__ import annotations

import functools
import hashlib
import inspect
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from transforms.spec.modules import file_of, is_of_project, needed_modules, source

_PLAIN = (str, bytes, int, float, complex, bool, type(None), type(...))


def logic_version(function: Callable[..., Any], declared: Iterable[str]) -> str:
    """Return the version of a compute function's logic.

    It covers the source of the function's module and of every module of the same project that this imports, however
    indirectly; the function's name; the values that it, and the project's decorators around it, close over and take as
    defaults, which tell generated transforms apart, with the modules that these values come from; and what is declared.

    :param function: the compute function.
    :param declared: what the transform declares, as text.
    :returns: a SHA-256 sum in hexadecimal.
    :raises ValueError: if a value that the function closes over cannot be compared between runs.
    """
    inner = inspect.unwrap(function)
    values = _Values(inner)
    texts = [values.text(value) for value in _captured(inner)]
    texts += [values.text(wrapper) for wrapper in _wrappers(function) if values.is_of_project(_home(wrapper))]
    sources = [f"{name}\0{source(path)}" for name, path in sorted(values.modules.items())]
    parts = [*(sources or [_sourceless(inner)]), inner.__qualname__, *declared, *texts]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def project_modules(function: Callable[..., Any]) -> tuple[dict[str, str], Callable[..., Any]]:
    """Return what a compute function's logic lies in.

    :param function: the compute function.
    :returns: the files of its module and of every module of the same project that it needs, by the modules' names; none
        for a function without a file; and the function without the decorators around it.
    """
    inner = inspect.unwrap(function)
    values = _Values(inner)
    wrappers = (wrapper for wrapper in _wrappers(function) if values.is_of_project(_home(wrapper)))
    for value in (*_captured(inner), *wrappers):
        try:
            values.text(value)
        except ValueError:  # cannot be compared; the modules met so far count
            continue
    return values.modules, inner


def _captured(function: Callable[..., Any]) -> Iterator[Any]:
    for cell in getattr(function, "__closure__", None) or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet: a function that refers to itself
            continue
    yield from getattr(function, "__defaults__", None) or ()
    yield from (getattr(function, "__kwdefaults__", None) or {}).items()


def _wrappers(function: Any) -> Iterator[Any]:
    while hasattr(function, "__wrapped__"):
        yield function
        function = function.__wrapped__


class _Values:
    """Values as text that is the same in every process, and the project's modules that they need.

    :param owner: the compute function that holds the values.
    """

    def __init__(self, owner: Callable[..., Any]) -> None:
        self.modules: dict[str, str] = {}
        self._owner = owner
        self._known: dict[int, tuple[Any, str]] = {}  # holds the values too, so that no other takes their id
        self._home = _home(owner)
        self._add_modules(self._home)

    def is_of_project(self, module: str | None) -> bool:
        """Tell whether a module belongs to the project of the owner; installed packages do not count."""
        return module is not None and self._home is not None and is_of_project(module, self._home)

    def text(self, value: Any) -> str:
        """Return a value as text; of what is not plain, a sum.

        :raises ValueError: if it cannot be compared between runs.
        """
        if isinstance(value, _PLAIN):
            return f"{type(value).__name__}:{value!r}"
        if id(value) not in self._known:
            self._known[id(value)] = value, "itself"  # met again before it is done, it refers to itself
            self._known[id(value)] = value, hashlib.sha256(self._described(value).encode()).hexdigest()
        return self._known[id(value)][1]

    def _described(self, value: Any) -> str:
        if isinstance(value, types.ModuleType):
            return f"module:{value.__name__}"
        if isinstance(value, type):
            self._add_modules(value.__module__)
            return f"class:{value.__module__}.{value.__qualname__}"
        if isinstance(value, (list, tuple)):
            return f"{type(value).__name__}[{','.join(map(self.text, value))}]"
        if isinstance(value, (set, frozenset)):
            return f"set[{','.join(sorted(map(self.text, value)))}]"
        if isinstance(value, dict):
            return f"dict[{','.join(f'{self.text(key)}={self.text(part)}' for key, part in value.items())}]"
        if isinstance(value, types.FunctionType):
            self._add_modules(_home(value))
            captured = ",".join(map(self.text, _captured(value)))
            return f"function:{value.__module__}.{value.__qualname__}:{_code(value.__code__)}[{captured}]"
        return self._object(value)

    def _object(self, value: Any) -> str:
        # Pickle names functions and classes without their code, so what may hold the project's own is taken apart.
        kind = type(value)
        self._add_modules(kind.__module__)
        if isinstance(value, functools.partial):
            return f"partial:{self.text((value.func, value.args, value.keywords))}"
        if isinstance(value, types.MethodType):
            return f"method:{self.text((value.__func__, value.__self__))}"
        if self.is_of_project(kind.__module__) and _has_plain_state(value):
            return f"object:{kind.__module__}.{kind.__qualname__}:{self.text(vars(value))}"
        return f"object:{_pickled(value, self._owner)}"

    def _add_modules(self, module: str | None) -> None:
        file = file_of(module)
        if module is not None and file is not None and module not in self.modules and self.is_of_project(module):
            self.modules.update(needed_modules(module, file))


def _home(function: Any) -> str | None:
    """Return the module whose code a function is; ``functools.wraps`` overwrites ``__module__``."""
    name = getattr(function, "__globals__", {}).get("__name__") or getattr(function, "__module__", None)
    return name if isinstance(name, str) else None


def _has_plain_state(value: Any) -> bool:
    kind = type(value)
    hooks = ("__reduce__", "__reduce_ex__", "__getstate__")
    slotted = any(getattr(base, "__slots__", ()) for base in kind.__mro__)
    return (
        hasattr(value, "__dict__")
        and not slotted
        and all(getattr(kind, hook) is getattr(object, hook) for hook in hooks)
        and not isinstance(value, (list, tuple, set, frozenset, dict))
    )


def _code(code: types.CodeType) -> str:
    # Not the source: two functions on one line share it, and a function made by exec has none.
    inner = (_constant(const) for const in code.co_consts)
    return f"{code.co_code.hex()}({','.join(code.co_names)})[{','.join(inner)}]"


def _constant(const: Any) -> str:
    if isinstance(const, types.CodeType):
        return _code(const)
    if isinstance(const, frozenset):  # of ``x in {...}``; its order differs between processes
        return f"frozenset[{','.join(sorted(map(_constant, const)))}]"
    return repr(const)


def _pickled(value: Any, owner: Any) -> str:
    import pickle

    try:
        return hashlib.sha256(pickle.dumps(value, protocol=5)).hexdigest()
    except Exception as error:
        raise ValueError(
            f"{owner.__qualname__} closes over a {type(value).__qualname__}, which cannot be compared between runs "
            f"({error}); pass plain values such as names and numbers to the function that makes the transform."
        ) from error


def _sourceless(function: Callable[..., Any]) -> str:
    code = getattr(function, "__code__", None)
    return _code(code) if code else repr(function)
