"""What the platform tells an adapter about a container or a remote model; plain values here, made by the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ContainerizedApplicationContext:
    """Where the containers beside an adapter are.

    :param services: container name -> its ``host:port`` addresses.
    :param shared_empty_dir_mount_path: a folder that containers and adapter share.
    """

    services: Mapping[str, list[str]]
    shared_empty_dir_mount_path: str = ""


@dataclass(frozen=True)
class ExternalModel:
    """A remote model.

    :param base_url: the URL of its service.
    :param connection_configuration: its settings.
    """

    base_url: str
    connection_configuration: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ExternalModelExecutionContext:
    """How a remote model is reached.

    :param external_model: the model.
    :param resolved_credentials: its credentials, decrypted; they stay out of the object's repr.
    """

    external_model: ExternalModel
    resolved_credentials: Mapping[str, Any] = field(default_factory=dict, repr=False)
