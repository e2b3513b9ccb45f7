"""What takes part in a transform's commit beside its outputs, and is no argument of its function."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from transforms.spec.resource import Resource


class Companion(Protocol):
    """Something that is declared above a transform, and that its job commits."""

    runtime: ClassVar[str]
    """``module:function`` that a running job calls with this, its name and the job, to get the participant in the job's commit.
    What the participant has as its value, the transform's inputs find in the job. Resolved only when a job runs."""

    @property
    def json_value(self) -> Any:
        """The declaration as JSON."""

    def resource(self, transform: str) -> Resource:
        """Return what the ledger has for it.

        :param transform: the transform, by the name that it has in the build.
        """
