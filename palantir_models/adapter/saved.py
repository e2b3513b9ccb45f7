"""An adapter as files and a few strings that describe them: what publishing writes and using a model reads."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from palantir_models.adapter import location
from palantir_models.adapter.artifacts import changed, digests, mismatch, verify
from palantir_models.adapter.auto_serialize import AutoSerialization
from palantir_models.adapter.base import ModelAdapter
from palantir_models.adapter.code.choosing import CodeChoice, add_spaces_of_objects, chosen_space
from palantir_models.adapter.code.keeping import code_to_keep, sources_of, write_code
from palantir_models.adapter.code.mentions import mentioned_modules
from palantir_models.adapter.code.spaces import CodeSpace
from palantir_models.adapter.code.unpickling import naming_modules_of
from palantir_models.adapter.declaration import api_json
from palantir_models.adapter.requirements import imported_packages, requirements_of
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter
from palantir_models.errors import AdapterError, SerializationError
from transforms.common.folders import without_links
from transforms.errors import StoreError, TransformsError, TransformTypeError

if TYPE_CHECKING:
    from models_api.models_api_executable import (
        ContainerizedApplicationContext,
        ExternalModelExecutionContext,
    )


@dataclass(frozen=True)
class SavedAdapter:
    """What describes a saved adapter.

    Attributes:
        adapter: its class, ``"module:Class"``.
        api: its inputs and outputs, JSON of :func:`api_json`.
        serializers: JSON object of constructor argument -> serializer class; empty when ``save`` is overridden.
        sha256: relative path of each file -> SHA-256 in hexadecimal; those of its code lie in the folder ``.code``.
        requirements: JSON list of ``"name==version"``, the distributions that its code and its state need.
    """

    adapter: str
    api: str
    serializers: str
    sha256: dict[str, str]
    requirements: str


@dataclass(frozen=True)
class LoadContexts:
    """What an adapter is loaded with beside its state.

    Attributes:
        container: where the services of a container model listen, for a ``load`` that takes it.
        external_model: how an external model is reached, likewise.
        code: ``version`` for the code that it was saved with, ``project`` for the project's code of today.
    """

    container: ContainerizedApplicationContext | None = None
    external_model: ExternalModelExecutionContext | None = None
    code: CodeChoice = "version"


def save_adapter(adapter: ModelAdapter, directory: Path) -> SavedAdapter:
    """Write the state of an adapter into an empty folder; whatever fails, the caller removes the folder.

    :param adapter: the adapter.
    :param directory: the folder, made when it does not exist.
    :returns: what describes the saved state.
    :raises TransformTypeError: when it is no adapter.
    :raises AdapterError: when its class cannot be imported elsewhere, or declares no usable API.
    :raises SerializationError: when its state cannot be written.
    :raises StoreError: when the folder is not empty.
    """
    if not isinstance(adapter, ModelAdapter):
        made = f": make an instance, {adapter.__name__}(…)" if isinstance(adapter, type) else ""
        raise TransformTypeError(f"{adapter!r} is not an instance of a palantir_models.ModelAdapter{made}.")
    where, api = location.location_of(type(adapter)), api_json(adapter)
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise StoreError(f"The folder {directory} is not empty, so the state of {where} cannot be saved into it.")
    _guarded(f"{where}.save", lambda: adapter.save(ModelStateWriter(directory)))
    mentioned = mentioned_modules(directory)
    files = code_to_keep(type(adapter), mentioned)
    write_code(files, directory, where)
    without_links(directory, f"The state of {where}", SerializationError)
    needed = {*mentioned, *imported_packages(sources_of(files)), *_used(adapter)}
    return SavedAdapter(where, api, _serializers(type(adapter)), digests(directory), requirements_of(needed))


def _used(adapter: ModelAdapter) -> set[str]:
    """Return the modules of an adapter's class, of what it holds, and of the libraries that keep its state."""
    plan = AutoSerialization.of(type(adapter))
    serializers = () if plan is None else plan.serializers.values()
    libraries = {
        library.__name__ for one in serializers for library in vars(one).values() if isinstance(library, ModuleType)
    }
    held = {type(value).__module__ for value in vars(adapter).values()}
    return libraries | held | {base.__module__ for base in type(adapter).__mro__}


def load_adapter(
    directory: Path,
    adapter: str,
    sha256: Mapping[str, str],
    adapter_class: type[ModelAdapter] | None = None,
    contexts: LoadContexts | None = None,
) -> ModelAdapter:
    """Rebuild an adapter. Its files are verified before its class is imported or anything is deserialized.

    It has the code that it was saved with: the project's own modules while they are the same, else the kept ones beside them.

    :param directory: the folder that :func:`save_adapter` wrote.
    :param adapter: its class, ``"module:Class"``.
    :param sha256: relative path of each file -> SHA-256 in hexadecimal.
    :param adapter_class: the class to make instead of the recorded one.
    :param contexts: with what it is loaded beside its state; with its own code and nothing else when None.
    :returns: the adapter.
    :raises ArtifactMismatchError: when a file is missing, added or changed.
    :raises AdapterNotFoundError: when its class, or a module that its state needs, cannot be imported.
    :raises SerializationError: when its state cannot be read.
    """
    seen = verify(directory, sha256)
    reader = ModelStateReader.verified(directory, seen)
    contexts = contexts or LoadContexts()
    add_spaces_of_objects(reader, sha256)
    space = None if adapter_class is not None else chosen_space(adapter, reader, sha256, contexts.code)
    offered = {
        "state_reader": reader,
        "container_context": contexts.container,
        "external_model_context": contexts.external_model,
    }
    with _explained(space):
        cls = location.adapter_class(adapter, space) if adapter_class is None else adapter_class
        args, kwargs = _accepted(cls.load, offered)
        try:
            with naming_modules_of(space):
                loaded = _guarded(f"{adapter}.load", lambda: cls.load(*args, **kwargs))
        except ModuleNotFoundError as error:
            raise location.missing_module(adapter, error) from error
    if problems := changed(directory, seen):  # also what was read by its path
        raise mismatch(directory, problems)
    if not isinstance(loaded, ModelAdapter):
        raise AdapterError(f"{cls.__name__}.load returned {loaded!r}; return the adapter, as in 'return cls(model)'.")
    return loaded


@contextmanager
def _explained(space: CodeSpace | None) -> Iterator[None]:
    """Say of an error in the block that it is one of the version's own code."""
    try:
        yield
    except Exception as error:
        if space is not None:
            error.add_note(
                "It was loaded with the code that it was published with, as the project's differs; "
                "load(code='project') takes the project's code of today."
            )
        raise


def _guarded(what: str, call: Callable[[], Any]) -> Any:
    """Run the user's own code; what it raises is told as a state that cannot be kept."""
    try:
        return call()
    except (TransformsError, ModuleNotFoundError):
        raise
    except Exception as error:
        raise SerializationError(f"{what} raised {type(error).__name__}: {error}. See the cause above.") from error


def _accepted(function: Callable[..., Any], offered: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Pick what a ``load`` of any arity takes: by name where it uses the documented names, by position elsewhere."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    in_order = list(offered.values())
    for position, parameter in enumerate(inspect.signature(function).parameters.values()):
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.name in offered:
            kwargs[parameter.name] = offered[parameter.name]
        elif parameter.kind is parameter.VAR_POSITIONAL:
            args += in_order[position:]
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            named = offered.get(parameter.name, in_order[position] if position < len(in_order) else None)
            if position < len(in_order) or parameter.default is parameter.empty:
                args.append(named)
    return args, kwargs


def _serializers(cls: type[ModelAdapter]) -> str:
    plan = AutoSerialization.of(cls)
    if plan is None or cls.save is not ModelAdapter.save:
        return "{}"
    return json.dumps({name: type(serializer).__name__ for name, serializer in plan.serializers.items()})
