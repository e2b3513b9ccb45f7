"""One form for the API of an adapter, whichever of its ways the author declared it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from palantir_models.adapter.legacy import ModelApi
from palantir_models.adapter.types import ApiType, api_type
from palantir_models.errors import AdapterError
from transforms.errors import TransformTypeError


class Adapter(Protocol):
    """What reading a declaration and running an inference ask of an adapter."""

    @classmethod
    def api(cls) -> Any:
        """Declare the inputs and outputs."""

    def predict(self, *args: Any, **kwargs: Any) -> Any:
        """Infer the one output."""

    def run_inference(self, inputs: Any, outputs: Any) -> None:
        """Infer several outputs."""


@dataclass(frozen=True)
class AdapterApi:
    """What an adapter takes and gives.

    Attributes:
        inputs: the type of each input, by name and in the order of their declaration.
        outputs: the type of each output, likewise.
    """

    inputs: Mapping[str, ApiType]
    outputs: Mapping[str, ApiType]


def declared_api(adapter: Adapter | type[Adapter]) -> AdapterApi:
    """Read what an adapter declares.

    :param adapter: the adapter, or its class when ``api`` is a class method.
    :returns: the inputs and outputs.
    :raises AdapterError: when ``api()`` declares no output, or the class alone cannot be asked.
    :raises TransformTypeError: when ``api()`` returns something else than an API.
    """
    name = adapter.__name__ if isinstance(adapter, type) else type(adapter).__name__
    try:
        declared: Any = adapter.api()
    except TypeError as error:
        if isinstance(adapter, type):
            raise AdapterError(f"{name}.api has to be a class method: put @classmethod above it. ({error})") from error
        raise
    if isinstance(declared, ModelApi):
        inputs = {entry.name: entry.api_type() for entry in declared.inputs}
        outputs = {entry.name: entry.api_type() for entry in declared.outputs}
        return _checked(name, inputs, outputs)
    if not (isinstance(declared, tuple) and len(declared) == 2 and all(isinstance(d, Mapping) for d in declared)):
        raise TransformTypeError(
            f"{name}.api() returned a {type(declared).__name__}; return two dicts, (inputs, outputs), such as "
            "({'df_in': pm.Pandas()}, {'df_out': pm.Pandas()})."
        )
    return _checked(name, *({key: api_type(key, value) for key, value in side.items()} for side in declared))


def _checked(name: str, inputs: Mapping[str, ApiType], outputs: Mapping[str, ApiType]) -> AdapterApi:
    if not outputs:
        raise AdapterError(f"{name}.api() declares no output; add one, such as {{'df_out': pm.Pandas()}}.")
    return AdapterApi(inputs, outputs)


def api_json(adapter: Adapter | type[Adapter]) -> str:
    """Describe the API of an adapter as JSON.

    :param adapter: the adapter, or its class when ``api`` is a class method.
    :returns: ``{"inputs": […], "outputs": […]}``; each entry is the ``to_json()`` of its type with its ``name`` first.
    :raises AdapterError: as :func:`declared_api` does.
    """
    api = declared_api(adapter)
    sides = {"inputs": api.inputs, "outputs": api.outputs}
    described = {
        side: [{"name": name, **declared.to_json()} for name, declared in types.items()]
        for side, types in sides.items()
    }
    return json.dumps(described)
