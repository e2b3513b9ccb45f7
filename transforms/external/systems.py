"""Declaring the external systems that a transform talks to; refused when it runs, as there are none here yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms.errors import DeclarationError, TransformTypeError, UnavailableError
from transforms.spec.transform import need_transform
from transforms.spec.unavailable import UnavailableParam

_REFUSAL = "cannot be reached by this version"


class Source(UnavailableParam):
    """An external system.

    Follows the public page data-connection/external-transforms.

    :param source_rid: its RID.
    :raises TransformTypeError: if it is not text.
    """

    naming = "a source is named by its RID"
    refusal = f"external systems such as {{name}} {_REFUSAL}."

    def __init__(self, source_rid: str) -> None:
        super().__init__(source_rid)
        self.source_rid = source_rid


class ResolvedSource:
    """An external system as a compute function receives it; for annotations.

    Follows the public page data-connection/external-transforms.
    """

    client_certificate: Any = None

    def get_secret(self, secret_name: str) -> str:
        """Return a secret of the system."""
        raise UnavailableError(f"get_secret({secret_name!r}): external systems {_REFUSAL}.")

    def get_https_connection(self) -> Any:
        """Return a connection with a ``url`` and a client."""
        raise UnavailableError(f"get_https_connection(): external systems {_REFUSAL}.")


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
