"""Declaring media sets; a job that has one refuses to run, as there are none here."""

from __future__ import annotations

from typing import Any, BinaryIO

from transforms.errors import UnavailableError
from transforms.spec.unavailable import UnavailableParam

__all__ = ["MediaSetInput", "MediaSetInputParam", "MediaSetOutput", "MediaSetOutputParam"]

_REFUSAL = "media sets are not available in this version"
_WAY = "keep the files in a dataset and use Input(...).filesystem()"


class _MediaSet(UnavailableParam):
    naming = "a media set is named by its path or RID"
    refusal = f"{_REFUSAL}, and {{name}} is one; {_WAY}."

    def __init__(self, alias: str) -> None:
        super().__init__(alias)
        self.alias = alias


class MediaSetInput(_MediaSet):
    """A media set that a transform reads.

    Follows the public page transforms-python/media-set-transforms-api.

    :param alias: its path or RID.
    :param branch: the branch it is read on; the build's when None.
    :raises TransformTypeError: if it is not named by text.
    """

    def __init__(self, alias: str, branch: str | None = None) -> None:
        super().__init__(alias)
        self.branch = branch


class MediaSetOutput(_MediaSet):
    """A media set that a transform writes.

    Follows the public page transforms-python/media-set-transforms-api.

    :param alias: its path or RID.
    :param should_snapshot: whether what was there before goes.
    :param settings: whatever else is said of the media set when it is made; kept as it is.
    :raises TransformTypeError: if it is not named by text.
    """

    def __init__(self, alias: str, should_snapshot: bool = False, **settings: Any) -> None:
        super().__init__(alias)
        self.should_snapshot = should_snapshot
        self.settings = settings


class MediaSetInputParam:
    """A media set as a compute function reads it; for annotations.

    Follows the public page transforms-python/media-set-transforms-api.
    """

    def get_media_item(self, media_item_rid: str) -> BinaryIO:
        """Return an item's bytes as a file."""
        raise _refused("get_media_item()")

    def get_media_item_by_path(self, media_item_path: str) -> BinaryIO:
        """Return the bytes of the item at a path as a file."""
        raise _refused("get_media_item_by_path()")

    def list_media_items_by_path(self, ctx: Any) -> Any:
        """Return a DataFrame of the items."""
        raise _refused("list_media_items_by_path()")

    def list_media_items_by_path_with_media_reference(self, ctx: Any) -> Any:
        """Return a DataFrame of the items with a reference to each."""
        raise _refused("list_media_items_by_path_with_media_reference()")


class MediaSetOutputParam:
    """A media set as a compute function writes it; for annotations.

    Follows the public page transforms-python/media-set-transforms-api.
    """

    def put_media_item(self, file_like_object: Any, path: str) -> Any:
        """Add an item."""
        raise _refused("put_media_item()")

    def put_dataset_files(self, input_dataset: Any, ignore_items_not_matching_schema: bool = False) -> Any:
        """Add the files of a dataset."""
        raise _refused("put_dataset_files()")


def _refused(call: str) -> UnavailableError:
    return UnavailableError(f"{call}: {_REFUSAL}; {_WAY}.")
