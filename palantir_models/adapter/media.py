"""A reference to a media item, as an adapter gets it at inference."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, BinaryIO, NoReturn

from palantir_models.errors import InferenceTypeError
from transforms.common.json_text import from_json
from transforms.errors import UnavailableError


class MediaItem:
    """What stands for a media reference at run time: its text, its RID, and the bytes of an item of the store.

    Follows the public page integrate-models/model-adapter-reference.
    """

    def __init__(self, media_reference: str | Mapping[str, Any]) -> None:
        """Read a reference.

        :param media_reference: the reference, as JSON text or as the mapping that the text holds.
        :raises InferenceTypeError: when it is neither.
        """
        try:
            parsed = from_json(media_reference) if isinstance(media_reference, str) else media_reference
        except ValueError as error:
            raise InferenceTypeError(f"{media_reference!r} is not a media reference: it is not JSON.") from error
        if not isinstance(parsed, Mapping):
            raise InferenceTypeError(f"{media_reference!r} is not a media reference: give JSON text or a dict.")
        self._parsed = parsed

    @property
    def media_reference(self) -> str:
        """The reference as JSON text."""
        return json.dumps(self._parsed)

    @property
    def media_item_rid(self) -> str | None:
        """The RID of the media item, if the reference has one."""
        found = _find(self._parsed, "mediaItemRid")
        return found if isinstance(found, str) else None

    def get_media_item(self) -> BinaryIO:
        """Return the item's bytes as a file.

        It is found by its RID, in a media set that the running job lists, else in the store of the project.

        :raises InferenceTypeError: if the reference names no item of a media set.
        :raises NotFoundError: if the store has no such item.
        """
        from transforms.run.media import open_media_item

        media_set, item = _find(self._parsed, "mediaSetRid"), self.media_item_rid
        if not isinstance(media_set, str) or item is None:
            raise InferenceTypeError(
                f"{self.media_reference} names no item of a media set: a reference has a mediaSetRid and a mediaItemRid."
            )
        return open_media_item(media_set, item)

    def get_media_item_via_access_pattern(self, name: str, path: str) -> NoReturn:
        """Refuse: nothing here turns an item into another.

        :raises UnavailableError: always.
        """
        self._refuse("get_media_item_via_access_pattern")

    def transform_media_item(self, output_path: str, transformation: Any) -> NoReturn:
        """Refuse, as :meth:`get_media_item_via_access_pattern` does."""
        self._refuse("transform_media_item")

    def get_media_item_metadata(self) -> NoReturn:
        """Refuse, as :meth:`get_media_item_via_access_pattern` does."""
        self._refuse("get_media_item_metadata")

    def transform_and_wait(
        self,
        transformation: Any,
        output_path: str = "",
        poll_interval_seconds: float = 3.0,
        poll_timeout_seconds: float = 30.0,
    ) -> NoReturn:
        """Refuse, as :meth:`get_media_item_via_access_pattern` does."""
        self._refuse("transform_and_wait")

    def transformation_calculation_hint(self, transformation: Any, output_paths: Any) -> NoReturn:
        """Refuse, as :meth:`get_media_item_via_access_pattern` does."""
        self._refuse("transformation_calculation_hint")

    def _refuse(self, method: str) -> NoReturn:
        raise UnavailableError(
            f"MediaReference.{method}() needs Foundry's media service, which is not here. get_media_item() gives the bytes: "
            "change them with a library of yours."
        )

    def __repr__(self) -> str:
        return f"MediaReference({self.media_reference})"


def _find(value: Any, key: str) -> Any:
    if not isinstance(value, Mapping):
        return None
    if key in value:
        return value[key]
    return next((found for child in value.values() if (found := _find(child, key)) is not None), None)
