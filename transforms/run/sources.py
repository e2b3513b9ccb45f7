"""What a compute function receives for each external system that it declares."""

from __future__ import annotations

from typing import Any

from transforms.external.resolved import ResolvedSource
from transforms.external.settings import SourceSettings
from transforms.run.scope import JobScope


def open_source(param: Any, name: str, scope: JobScope) -> Any:
    """Return what a compute function receives for a ``Source``.

    What the project does not say of it is missed only when it is asked for. A test may have put an object in its place.
    """
    said = scope.config.sources.get(param.source_rid, SourceSettings(param.source_rid))
    return ResolvedSource(said, scope.config.project) if isinstance(said, SourceSettings) else said
