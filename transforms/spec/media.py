"""Declaring media sets: datasets of raw files that are read and written an item at a time."""

from __future__ import annotations

from typing import Any

from transforms.spec.params import FoundryInputParam, FoundryOutputParam, LightweightInputParam, LightweightOutputParam


class MediaSetInput(FoundryInputParam, LightweightInputParam):
    """A media set that a transform reads.

    Follows the public page transforms-python/media-set-transforms-api. Here it is a dataset of raw files.

    :param alias: its path or RID.
    :param branch: the branch it is read on; the build's when None.
    :raises TransformTypeError: if it is not named by text.
    """

    runtime = "transforms.run.media:open_media_input"

    def __init__(self, alias: str, branch: str | None = None) -> None:
        super().__init__(_named(alias), branch, type="mediaset")
        self.alias = alias


class MediaSetOutput(FoundryOutputParam, LightweightOutputParam):
    """A media set that a transform writes.

    Follows the public page transforms-python/media-set-transforms-api. Here it is a dataset of raw files.

    :param alias: its path or RID.
    :param should_snapshot: whether what was there before goes; else an item replaces the one of its path, and others stay.
    :param settings: whatever else is said of the media set when it is made; kept as it is.
    :raises TransformTypeError: if it is not named by text.
    """

    runtime = "transforms.run.media:open_media_output"

    def __init__(self, alias: str, should_snapshot: bool = False, **settings: Any) -> None:
        super().__init__(_named(alias), type="mediaset")
        self.alias = alias
        self.should_snapshot = should_snapshot
        self.settings = settings


def _named(alias: Any) -> list[Any]:
    return ["" if alias is None else alias]  # an empty one is refused, as no name is
