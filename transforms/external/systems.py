"""Declaring the external systems that a transform talks to; refused when it runs, as there are none here yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms.errors import DeclarationError, TransformTypeError, UnavailableError
from transforms.spec.params import Param
from transforms.spec.transform import Transform


class Source(Param):
    """An external system.

    Follows the public page data-connection/external-transforms.

    :param source_rid: its RID.
    """

    role = "value"
    runtime = "transforms.external.systems:open_source"

    def __init__(self, source_rid: str) -> None:
        super().__init__()
        if not isinstance(source_rid, str) or not source_rid:
            raise TransformTypeError(f"Source({source_rid!r}): a source is named by its RID.")
        self.source_rid = source_rid

    @property
    def json_value(self) -> Any:
        """The RID."""
        return self.source_rid

    @property
    def unavailable(self) -> str:
        """What of the declaration this version cannot do."""
        return f"external systems such as {self.source_rid} cannot be reached by this version."


class ResolvedSource:
    """An external system as a compute function receives it; for annotations.

    Follows the public page data-connection/external-transforms.
    """

    client_certificate: Any = None

    def get_secret(self, secret_name: str) -> str:
        """Return a secret of the system."""
        raise UnavailableError(f"get_secret({secret_name!r}): external systems cannot be reached by this version.")

    def get_https_connection(self) -> Any:
        """Return a connection with a ``url`` and a client."""
        raise UnavailableError("get_https_connection(): external systems cannot be reached by this version.")


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
        if not isinstance(decorated, Transform):
            raise TransformTypeError(f"@external_systems goes on top of a transform; got {decorated!r}.")
        taken = [name for name in sources if name in decorated.params]
        if taken:
            raise DeclarationError(
                f"@external_systems on {decorated.__name__} ({decorated.source}): {taken[0]!r} is the name of another of "
                f"its parameters; give the source a name of its own."
            )
        decorated.values.update(sources)
        return decorated

    return decorate


def open_source(param: Source, name: str, scope: Any) -> ResolvedSource:
    """Refuse: there are no external systems here."""
    raise UnavailableError(f"{name}: {param.unavailable}")
