"""Binding declared parameters to a compute function, by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transforms.errors import DeclarationError, TransformTypeError, nearest
from transforms.spec.params import Param
from transforms.spec.source import source_of

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True)
class Binding:
    """What a compute function takes.

    Attributes:
        names: its named parameters.
        takes_rest: whether it has ``**kwargs``, which receive whatever is not named.
        wants_context: whether it has a parameter ``ctx``.
    """

    names: tuple[str, ...]
    takes_rest: bool
    wants_context: bool

    def arguments(self, values: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Return the keyword arguments of the call."""
        given = {name: value for name, value in values.items() if self.takes_rest or name in self.names}
        return given | ({"ctx": context} if self.wants_context else {})


def checked_params(params: Mapping[str, Any], form: str) -> dict[str, Param]:
    """Return a decorator's keywords.

    :raises TransformTypeError: if one is no parameter, or is named ``ctx``.
    """
    for name, param in params.items():
        if not isinstance(param, Param):
            raise TransformTypeError(
                f"@{form}({name}={param!r}): a keyword must be an Input, an Output or another parameter of transforms.api."
            )
        if name == "ctx":
            raise TransformTypeError(f"@{form}: no parameter may be named ctx; that is the name of the context.")
    return dict(params)


def bind(function: Callable[..., Any], names: Mapping[str, Any], form: str, complete: bool = False) -> Binding:
    """Bind declared names to a function's parameters.

    :param function: the compute function.
    :param names: the names that the function will be given.
    :param form: the decorator, for messages.
    :param complete: whether every parameter without a default must be among the names; a decorator still to come, such
        as ``@external_systems``, may bring more.
    :raises DeclarationError: if they do not match; both sides are named, and the nearest is suggested.
    """
    if not callable(function) or not hasattr(function, "__qualname__"):
        hint = " Write a function with 'def' that calls it." if callable(function) else ""
        raise TransformTypeError(f"@{form} decorates a function; got {function!r}.{hint}")
    signature = inspect.signature(function)
    parameters = signature.parameters.values()
    rest = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
    taken = tuple(p.name for p in parameters if p.kind in _NAMED)
    required = [p.name for p in parameters if p.kind in _NAMED and p.default is inspect.Parameter.empty]
    positional = [p.name for p in parameters if p.kind is inspect.Parameter.POSITIONAL_ONLY]
    unknown = [name for name in names if name not in taken] if not rest else []
    missing = [name for name in [*positional, *required] if name != "ctx" and name not in names]
    if positional or unknown or (complete and missing):
        raise DeclarationError(
            f"{getattr(function, '__name__', repr(function))} ({source_of(function)}): @{form} declares "
            f"({', '.join(names) or 'nothing'}), but the function takes {signature}. "
            f"{_problems(names, signature.parameters, unknown, missing)}"
        )
    return Binding(taken, rest, "ctx" in taken)


def _problems(names: Iterable[str], taken: Iterable[str], unknown: Sequence[str], missing: Sequence[str]) -> str:
    problems = []
    if unknown:
        hint = nearest(unknown[0], missing or taken)
        problems.append(f"{', '.join(map(repr, unknown))} of the decorator is no parameter of the function.{hint}")
    if missing:
        hint = nearest(missing[0], unknown or names) if not unknown else ""
        problems.append(f"The function's {', '.join(map(repr, missing))} is not in the decorator.{hint}")
    return " ".join(problems or ["Positional-only parameters cannot be given by name."])
