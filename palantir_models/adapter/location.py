"""Where the class of an adapter lives, as ``module:Class``: a name that another process can import."""

from __future__ import annotations

import importlib
import sys
from functools import reduce
from typing import Any

from palantir_models.adapter.base import ModelAdapter
from palantir_models.adapter.code.names import original_name
from palantir_models.adapter.code.spaces import CodeSpace
from palantir_models.errors import AdapterError, AdapterNotFoundError
from transforms.errors import TransformTypeError, nearest


def location_of(cls: type[ModelAdapter]) -> str:
    """Name the class of an adapter.

    :param cls: the class.
    :returns: ``"module:Class"``, with the name that the module has in its project.
    :raises AdapterError: when no other process could import it: it is in a script, a notebook cell or a function.
    """
    module, name = cls.__module__, cls.__qualname__
    if module == "__main__":
        raise AdapterError(
            f"{name} is defined in a script or notebook cell, which no other process can import. "
            f"Move the class to a module of its own, such as {cls.__name__.lower()}.py, and import it from there."
        )
    if "<locals>" in name:
        raise AdapterError(
            f"{name} (in {module}) is defined inside a function, so it cannot be imported. "
            "Move the class to the top level of its module."
        )
    if _attribute(sys.modules.get(module), name) is None:
        raise AdapterError(f"The module {module!r} has no {name!r}: give the class the name that it is bound to.")
    return f"{original_name(module)}:{name}"


def adapter_class(location: str, space: CodeSpace | None = None) -> type[ModelAdapter]:
    """Import the class of an adapter.

    :param location: ``"module:Class"``.
    :param space: the kept code that has it; the project's own when None.
    :returns: the class.
    :raises AdapterNotFoundError: when the module, or what it imports, or the class does not exist.
    :raises TransformTypeError: when what is found is no adapter class.
    """
    module_name, _, name = location.partition(":")
    try:
        module = importlib.import_module(module_name) if space is None else space.module(module_name)
    except ModuleNotFoundError as error:
        raise missing_module(location, error) from error
    cls = _attribute(module, name)
    if cls is None:
        raise AdapterNotFoundError(
            f"The module {module_name!r} ({getattr(module, '__file__', None)}) has no class {name!r}."
            f"{nearest(name, vars(module))} The model was published from it: name the class so again, or publish anew."
        )
    if not (isinstance(cls, type) and issubclass(cls, ModelAdapter)):
        raise TransformTypeError(f"{location} is not a subclass of palantir_models.ModelAdapter.")
    return cls


def missing_module(location: str, error: ModuleNotFoundError) -> AdapterNotFoundError:
    """Explain which module a model lacks.

    :param location: the adapter that is loaded, ``"module:Class"``.
    :param error: the import that failed.
    """
    missing = original_name(error.name or "")
    searched = ", ".join(entry or "." for entry in sys.path[:3])
    return AdapterNotFoundError(
        f"The adapter {location} needs the module {missing!r}, which cannot be imported. Install its package, "
        f"or add the folder that holds it to PYTHONPATH (sys.path starts with {searched})."
    )


def _attribute(module: Any, qualname: str) -> Any:
    return reduce(lambda holder, name: getattr(holder, name, None), qualname.split("."), module)
