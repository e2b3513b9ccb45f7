"""Functions and classes of kept code on their way to processes that do not have it: whole, and not by their names."""

from __future__ import annotations

import sys
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

from palantir_models.adapter.code.names import owner_of

# By what joblib, Dask and others send what their workers run, and the copies of it that some have.
_SENDERS = ("cloudpickle", "joblib.externals.cloudpickle", "pyspark.cloudpickle")


def send_whole(root: ModuleType) -> None:
    """Let the libraries that are imported send what is in a package by value.

    :param root: the package.
    """
    for name in _SENDERS:
        sender = sys.modules.get(name)
        if sender is not None and root.__name__ not in sender.list_registry_pickle_by_value():
            sender.register_pickle_by_value(root)


@cache
def naming_kept_code(pickler: type[Any]) -> type[Any]:
    """Return a pickler that names what is in kept code, as the state of a version keeps that code, too.

    :param pickler: cloudpickle's.
    """

    class NamingPickler(pickler):  # type: ignore[misc]  # known when it runs
        """Writes a class or a function of kept code by its name."""

        def reducer_override(self, obj: Any) -> Any:
            is_kept = isinstance(obj, (type, FunctionType)) and owner_of(obj.__module__ or "") is not None
            return NotImplemented if is_kept and "<locals>" not in obj.__qualname__ else super().reducer_override(obj)

    return NamingPickler
