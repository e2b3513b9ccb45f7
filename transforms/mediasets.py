"""Foundry's ``transforms.mediasets``: media sets, which are here datasets of raw files read and written an item at a time."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from transforms.spec.params import (
    FoundryInputParam,
    FoundryOutputParam,
    LightweightInputParam,
    LightweightOutputParam,
    named,
)

if TYPE_CHECKING:
    from transforms.run.media import MediaSetInputParam, MediaSetOutputParam

__all__ = ["MediaSetInput", "MediaSetInputParam", "MediaSetOutput", "MediaSetOutputParam"]


class MediaSetInput(FoundryInputParam, LightweightInputParam):
    """A media set that a transform reads.

    Follows the public page transforms-python/media-set-transforms-api.

    :param alias: its path or RID.
    :param branch: the branch it is read on; the build's when None.
    :raises TransformTypeError: if it is not named by text.
    """

    runtime = "transforms.run.media:open_media_input"

    def __init__(self, alias: str, branch: str | None = None) -> None:
        super().__init__(named(alias), branch, type="mediaset")
        self.alias = alias


class MediaSetOutput(FoundryOutputParam, LightweightOutputParam):
    """A media set that a transform writes.

    Follows the public page transforms-python/media-set-transforms-api.

    :param alias: its path or RID.
    :param should_snapshot: whether what was there before goes; else an item replaces the one of its path, and others stay.
    :param settings: whatever else is said of the media set when it is made; kept as it is.
    :raises TransformTypeError: if it is not named by text.
    """

    runtime = "transforms.run.media:open_media_output"

    def __init__(self, alias: str, should_snapshot: bool = False, **settings: Any) -> None:
        super().__init__(named(alias), type="mediaset")
        self.alias = alias
        self.should_snapshot = should_snapshot
        self.settings = settings


def __getattr__(name: str) -> Any:
    """Import what only running jobs need when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module("transforms.run.media"), name)
    globals()[name] = value
    return value
