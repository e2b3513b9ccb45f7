"""``@auto_serialize``: an adapter's state is what its constructor was called with."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, overload

from palantir_models.adapter.serializer import ModelSerializer
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter
from palantir_models.errors import AdapterError, ArtifactMismatchError, SerializationError
from transforms.errors import MissingExtraError, TransformTypeError, nearest
from transforms.store.durable import is_full

_REMEMBERED = "_auto_serialized_arguments"
_PLAN = "__auto_serialization__"

Init = TypeVar("Init", bound=Callable[..., None])


class AutoSerialization:
    """How the constructor arguments of one class are kept: a folder for each, so that file names never collide."""

    def __init__(self, init: Callable[..., None], serializers: Mapping[str, ModelSerializer[Any]]) -> None:
        """Plan for a constructor.

        :param init: the ``__init__`` function.
        :param serializers: argument -> serializer; empty is dill for every argument.
        :raises AdapterError: when serializers are given for some of the arguments only, or for one there is not.
        :raises TransformTypeError: when something else than a serializer is given.
        """
        parameters = list(inspect.signature(init).parameters.values())[1:]
        self.signature = inspect.Signature(parameters)
        self._given = dict(serializers)
        if serializers:
            _check_serializers(init.__qualname__, list(self.signature.parameters), serializers)

    @staticmethod
    def of(adapter_class: type) -> AutoSerialization | None:
        """Return the plan of a class, or ``None`` when its constructor is not decorated."""
        plan: AutoSerialization | None = getattr(inspect.getattr_static(adapter_class, "__init__"), _PLAN, None)
        return plan

    @functools.cached_property
    def serializers(self) -> dict[str, ModelSerializer[Any]]:
        """Argument -> serializer; dill is imported only once it is needed."""
        if self._given:
            return self._given
        from palantir_models.adapter.serializers.pickled import DillSerializer

        return {name: DillSerializer() for name in self.signature.parameters}

    def remember(self, adapter: object, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Keep the arguments of one construction on the adapter.

        :param adapter: the adapter under construction.
        :param args: positional arguments.
        :param kwargs: named arguments.
        """
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        setattr(adapter, _REMEMBERED, dict(bound.arguments))

    def save(self, adapter: object, writer: ModelStateWriter) -> None:
        """Write the arguments of an adapter.

        :param adapter: the adapter.
        :param writer: where to write.
        :raises SerializationError: naming the class, the argument and the serializer that failed.
        """
        arguments = getattr(adapter, _REMEMBERED)
        for name, serializer in self.serializers.items():
            try:
                serializer.serialize(ModelStateWriter(writer.mkdir(name)), arguments[name])
            except Exception as error:
                raise _failed(type(adapter), name, serializer, "saved", error) from error

    def load(self, cls: type, reader: ModelStateReader) -> Any:
        """Rebuild an adapter by calling its constructor with the saved arguments.

        An argument that was never saved takes its default, so that a class may gain arguments after a publish.

        :param cls: the class of the adapter.
        :param reader: the saved state.
        :raises SerializationError: naming the class, the argument and the serializer that failed.
        """
        bound = inspect.BoundArguments(self.signature, {})
        for name, serializer in self.serializers.items():
            folder = reader.folder(name)
            if not folder.exists() and self.signature.parameters[name].default is not inspect.Parameter.empty:
                continue
            try:
                bound.arguments[name] = serializer.deserialize(reader.below(name))
            except (ModuleNotFoundError, ArtifactMismatchError):
                raise  # they say themselves what the reader can act on
            except Exception as error:
                raise _failed(cls, name, serializer, "loaded", error) from error
        bound.apply_defaults()
        return cls(*bound.args, **bound.kwargs)


@overload
def auto_serialize(init: Init, /) -> Init: ...
@overload
def auto_serialize(**serializers: ModelSerializer[Any]) -> Callable[[Init], Init]: ...
def auto_serialize(*init: Any, **serializers: Any) -> Any:
    """Keep an adapter's constructor arguments as its state. Follows the public page integrate-models/serialization.

    Bare, or called with nothing, dill keeps every argument. With serializers, every argument must have one.

    :param init: the ``__init__`` that is decorated.
    :param serializers: argument of ``__init__`` -> the serializer that keeps it.
    :returns: the decorated ``__init__``, or the decorator.
    :raises AdapterError: when an argument has no serializer, or a serializer no argument.
    :raises TransformTypeError: when something else than ``__init__`` or than a serializer is given.
    """
    if not init:
        return functools.partial(_decorate, serializers=serializers)
    if len(init) == 1 and inspect.isfunction(init[0]) and not serializers:
        return _decorate(init[0], {})
    raise TransformTypeError(
        "auto_serialize decorates __init__: use it bare, or give serializers by the name of their argument, as in "
        "@pm.auto_serialize(model=DillSerializer())."
    )


def _decorate(init: Any, serializers: Mapping[str, Any]) -> Callable[..., None]:
    if not inspect.isfunction(init) or init.__name__ != "__init__":
        raise TransformTypeError(
            f"auto_serialize decorates the __init__ of an adapter, not {getattr(init, '__qualname__', init)!r}: "
            "move it above 'def __init__'."
        )
    plan = AutoSerialization(init, serializers)

    @functools.wraps(init)
    def remembering(self: Any, *args: Any, **kwargs: Any) -> None:
        if type(self).__init__ is remembering:  # else a subclass calls it, and keeps its own arguments
            plan.remember(self, args, kwargs)
        init(self, *args, **kwargs)

    setattr(remembering, _PLAN, plan)
    return remembering


def _check_serializers(where: str, arguments: list[str], serializers: Mapping[str, object]) -> None:
    for name, serializer in serializers.items():
        if name not in arguments:
            raise AdapterError(f"{where} has no argument {name!r} to serialize.{nearest(name, arguments)}")
        if not isinstance(serializer, ModelSerializer):
            called = f": call it, as in {serializer.__name__}()" if isinstance(serializer, type) else ""
            raise TransformTypeError(
                f"auto_serialize of {where} got {serializer!r} for {name!r}, which is no serializer{called}."
            )
    missing = [name for name in arguments if name not in serializers]
    if missing:
        raise AdapterError(
            f"auto_serialize of {where} has no serializer for {', '.join(map(repr, missing))}: "
            "list every argument, or none to keep them all with dill."
        )


def _failed(cls: type, name: str, serializer: object, done: str, error: Exception) -> Exception:
    if isinstance(error, MissingExtraError):
        return error
    if is_full(error):
        return SerializationError(
            f"The argument {name!r} of {cls.__name__} could not be {done}: {error}. Make room on the disk, and run it again; "
            f"'transforms gc' gives the store's space back."
        )
    return SerializationError(
        f"The argument {name!r} of {cls.__name__} could not be {done} with {type(serializer).__name__}: "
        f"{type(error).__name__}: {error}. Choose another serializer for it in @pm.auto_serialize, or define "
        f"save and load on {cls.__name__}."
    )
