"""Declaring a container beside a transform; a job that has one refuses to run, as there are no containers here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from transforms.errors import TransformTypeError
from transforms.spec.transform import need_transform

__all__ = ["Volume", "sidecar"]


@dataclass(frozen=True)
class Volume:
    """A folder that a transform and its container share.

    Follows the public page transforms-python/transforms-sidecar.

    :param name: its name, which its path ends with.
    """

    name: str


def sidecar(image: str, tag: str, volumes: Iterable[Volume] | None = None) -> Callable[[Any], Any]:
    """Declare a container that runs beside each of a transform's executors.

    Follows the public page transforms-python/transforms-sidecar.

    :param image: the container's image.
    :param tag: the image's tag.
    :param volumes: the folders that it shares with the transform.
    :returns: a decorator for a transform.
    :raises TransformTypeError: if what is decorated is no transform, or a volume no :class:`Volume`.
    """
    shared = tuple(volumes or ())
    for volume in shared:
        if not isinstance(volume, Volume):
            raise TransformTypeError(f"@sidecar(volumes=[{volume!r}]): give a Volume.")

    def decorate(decorated: Any) -> Any:
        need_transform(decorated, "sidecar")
        decorated.refusals.append(
            f"Containers beside a transform are not run by this version: remove @sidecar ({image}:{tag})."
        )
        return decorated

    return decorate
