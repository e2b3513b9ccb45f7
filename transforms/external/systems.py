"""Declaring the external systems that a transform talks to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms.errors import DeclarationError, TransformTypeError
from transforms.external.resolved import HttpsConnection, ResolvedSource
from transforms.spec.params import LightweightInputParam, Param
from transforms.spec.transform import need_transform

__all__ = ["HttpsConnection", "ResolvedSource", "Source", "external_systems"]


class Source(Param, LightweightInputParam):
    """An external system; a compute function receives a :class:`ResolvedSource` for it.

    Follows the public page data-connection/external-transforms. Where it is, the project says in
    ``[tool.transforms.sources]``; ``docs/external.md`` says how.

    :param source_rid: its RID, or another name that the project gives it.
    :raises TransformTypeError: if it is not text.
    """

    runtime = "transforms.run.sources:open_source"

    def __init__(self, source_rid: str) -> None:
        super().__init__()
        if not isinstance(source_rid, str) or not source_rid:
            raise TransformTypeError(f"Source({source_rid!r}): a source is named by its RID.")
        self.source_rid = source_rid

    @property
    def json_value(self) -> Any:
        """Its RID."""
        return self.source_rid

    def __repr__(self) -> str:
        return f"Source({self.source_rid!r})"


def external_systems(**sources: Source) -> Callable[[Any], Any]:
    """Declare the external systems that a transform talks to.

    Follows the public page data-connection/external-transforms.

    :param sources: a :class:`Source` for each parameter of the compute function that receives one.
    :returns: a decorator for a transform.
    :raises TransformTypeError: if a keyword is no Source, or what is decorated is no transform.
    :raises DeclarationError: if the transform has a parameter of that name already.
    """
    for name, source in sources.items():
        if not isinstance(source, Source):
            raise TransformTypeError(f"@external_systems({name}={source!r}): give a Source.")

    def decorate(decorated: Any) -> Any:
        need_transform(decorated, "external_systems")
        taken = [name for name in sources if name in decorated.params]
        if taken:
            raise DeclarationError(
                f"@external_systems on {decorated.__name__} ({decorated.source}): {taken[0]!r} is the name of another of "
                f"its parameters; give the source a name of its own."
            )
        decorated.values.update(sources)
        return decorated

    return decorate
