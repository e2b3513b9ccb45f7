"""What older training code passes along when it publishes a model."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass


class ModelVersionChangeType(enum.Enum):
    """Which part of ``MAJOR.MINOR.PATCH`` a new version raises."""

    MAJOR = "MAJOR"
    MINOR = "MINOR"
    PATCH = "PATCH"


@dataclass(frozen=True)
class CondaDependency:
    """A package that an adapter asks for; recorded, not installed.

    Attributes:
        name: the conda package.
        version: the version wanted; ``None`` is any.
        channel: the channel it comes from; ``None`` is the default one.
    """

    name: str
    version: str | None = None
    channel: str | None = None


@dataclass(frozen=True)
class PythonEnvironment:
    """The packages that an adapter asks for; recorded, not installed.

    Attributes:
        conda_dependencies: the packages.
    """

    conda_dependencies: Sequence[CondaDependency] = ()
