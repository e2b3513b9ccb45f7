"""The adapter: what a user writes around a model so that it can be saved, loaded and asked."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from palantir_models.adapter.auto_serialize import AutoSerialization
from palantir_models.adapter.inference import InferenceResults, infer, may_be_left_out
from palantir_models.adapter.legacy import ModelApi
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter
from palantir_models.adapter.writing import infer_and_write
from palantir_models.errors import AdapterError

if TYPE_CHECKING:
    from models_api.models_api_executable import (
        ContainerizedApplicationContext,
        ExternalModelExecutionContext,
    )


class ModelAdapter(abc.ABC):
    """The base of every adapter. Follows the public page integrate-models/model-adapter-reference.

    A subclass declares ``api`` and either ``predict`` or ``run_inference``. It says how its state is kept by
    ``@auto_serialize`` above ``__init__``, or by ``save`` and ``load``.
    """

    # What a model that was loaded has beside this; an adapter that was made by its class has neither.
    model_version_rid: str
    create_evaluation: Callable[..., Any]

    @classmethod
    def load(
        cls,
        state_reader: ModelStateReader,
        container_context: ContainerizedApplicationContext | None = None,
        external_model_context: ExternalModelExecutionContext | None = None,
    ) -> ModelAdapter:
        """Rebuild the adapter from its saved state; an override may take fewer of the arguments.

        :param state_reader: the saved state.
        :param container_context: where the services of a container model listen.
        :param external_model_context: how an external model is reached.
        :returns: the adapter.
        :raises AdapterError: when the class is not auto-serialized and has no ``load`` of its own.
        :raises SerializationError: when the state cannot be read.
        """
        adapter: ModelAdapter = _auto_serialization(cls, "load").load(cls, state_reader)
        return adapter

    def save(self, state_writer: ModelStateWriter) -> None:
        """Write the state of the adapter; called once, when it is published.

        :param state_writer: where to write.
        :raises AdapterError: when the class is not auto-serialized and has no ``save`` of its own.
        :raises SerializationError: when an argument cannot be written.
        """
        _auto_serialization(type(self), "save").save(self, state_writer)

    @classmethod
    @abc.abstractmethod
    def api(cls) -> ModelApi | tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Declare what the model takes and gives.

        :returns: two dicts of name -> type, the inputs and the outputs; or the older ``ModelApi``.
        """

    @may_be_left_out
    def predict(self, *args: Any, **kwargs: Any) -> Any:
        """Infer the one output that ``api`` declares; its arguments are named as the inputs.

        :returns: the output.
        :raises AdapterError: when the adapter defines ``run_inference`` instead.
        """
        raise AdapterError(f"{type(self).__name__} defines no predict; call transform(…), which runs its inference.")

    @may_be_left_out
    def run_inference(self, inputs: Any, outputs: Any) -> None:
        """Infer several outputs.

        :param inputs: a namedtuple of the inputs.
        :param outputs: a namedtuple of writers: ``outputs.<name>.write(data)``.
        :raises AdapterError: when the adapter defines ``predict`` instead.
        """
        raise AdapterError(f"{type(self).__name__} defines no run_inference; call transform(…) or predict(…).")

    def transform(self, *args: Any, **kwargs: Any) -> InferenceResults:
        """Infer, each argument converted to the type that ``api`` declares for it.

        :param args: inputs in the order of their declaration.
        :param kwargs: inputs by name.
        :returns: the outputs, each an attribute and an item of its name.
        :raises InferenceTypeError: when an argument or an output is not of its declared type.
        """
        return infer(self, args, kwargs)

    def transform_write(self, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> InferenceResults:
        """Infer, and write the outputs that are tables or files into the outputs of a transform.

        :param inputs: input name -> argument, as for :meth:`transform`.
        :param outputs: output name -> output of a transform.
        :returns: the outputs that are not files.
        :raises AdapterError: when ``outputs`` names something that ``api`` does not declare.
        :raises InferenceTypeError: when an argument or an output is not of its declared type.
        """
        return infer_and_write(self, inputs, outputs)


def _auto_serialization(cls: type, method: str) -> AutoSerialization:
    found = AutoSerialization.of(cls)
    if found is None:
        raise AdapterError(
            f"{cls.__name__} has no {method}() and its __init__ is not auto-serialized, so its state cannot be kept. "
            f"Put @pm.auto_serialize above {cls.__name__}.__init__, or define both save and load."
        )
    return found
