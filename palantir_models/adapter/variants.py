"""Adapters whose model runs elsewhere: in a container beside them, or behind a remote service."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from palantir_models.adapter.auto_serialize import AutoSerialization
from palantir_models.adapter.base import ModelAdapter
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter
from transforms.errors import UnavailableError

if TYPE_CHECKING:
    from models_api.models_api_executable import (
        ContainerizedApplicationContext,
        ExternalModelExecutionContext,
    )


class _Remote(ModelAdapter):
    """An adapter with no weights of its own: unless it is auto-serialized, there is nothing to save."""

    def save(self, state_writer: ModelStateWriter) -> None:
        """Write what is auto-serialized, if anything.

        :param state_writer: where to write.
        """
        found = AutoSerialization.of(type(self))
        if found is not None:
            found.save(self, state_writer)


class ContainerModelAdapter(_Remote):
    """An adapter of a model in a container.

    Follows the public page integrate-models/container-model-adapter-example.
    """

    @classmethod
    @abc.abstractmethod
    def init_container(cls, container_context: ContainerizedApplicationContext) -> ModelAdapter:
        """Make the adapter.

        :param container_context: where the container's services listen, and the folder shared with them.
        :returns: the adapter.
        """

    @classmethod
    def load(
        cls,
        state_reader: ModelStateReader,
        container_context: ContainerizedApplicationContext | None = None,
        external_model_context: ExternalModelExecutionContext | None = None,
    ) -> ModelAdapter:
        """Make the adapter for a running container.

        :param state_reader: the saved state, unused.
        :param container_context: handed to :meth:`init_container`.
        :param external_model_context: unused.
        :raises UnavailableError: when there is no container context.
        """
        if container_context is None:
            raise UnavailableError(
                f"{cls.__name__} is the adapter of a container model, and no container runs here. "
                "Start it yourself and pass container_context=ContainerizedApplicationContext(services=…)."
            )
        return cls.init_container(container_context)


@dataclass(frozen=True)
class ExternalContext:
    """How an external model is reached.

    Attributes:
        base_url: the URL of the service.
        connection_config: its settings.
        resolved_credentials: its credentials, decrypted; they stay out of the object's repr.
    """

    base_url: str
    connection_config: Mapping[str, Any] = field(default_factory=dict)
    resolved_credentials: Mapping[str, Any] = field(default_factory=dict, repr=False)


class ExternalModelAdapter(_Remote):
    """An adapter of a remote model. Follows the public page integrate-models/external-model-connection."""

    @classmethod
    @abc.abstractmethod
    def init_external(cls, external_context: ExternalContext) -> ModelAdapter:
        """Make the adapter.

        :param external_context: how the model is reached.
        :returns: the adapter.
        """

    @classmethod
    def load(
        cls,
        state_reader: ModelStateReader,
        container_context: ContainerizedApplicationContext | None = None,
        external_model_context: ExternalModelExecutionContext | None = None,
    ) -> ModelAdapter:
        """Make the adapter for a reachable service.

        :param state_reader: the saved state, unused.
        :param container_context: unused.
        :param external_model_context: handed to :meth:`init_external`, as an :class:`ExternalContext`.
        :raises UnavailableError: when there is no external context.
        """
        if external_model_context is None:
            raise UnavailableError(
                f"{cls.__name__} is the adapter of an external model, and no connection to it is given. "
                "Pass external_model_context=ExternalModelExecutionContext(external_model=…)."
            )
        model = external_model_context.external_model
        credentials = external_model_context.resolved_credentials
        return cls.init_external(ExternalContext(model.base_url, model.connection_configuration, credentials))
