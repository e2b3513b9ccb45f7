"""What is only a cache, and harmless whatever it holds.

It carries a seal over its content and its store's name. A cache that is damaged, was changed by hand
or came from another store is not believed, and what it would have told is found out anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from transforms.common.json_text import from_json

_SEAL = "seal"


def sealed(owner: str, content: Mapping[str, Any]) -> bytes:
    """Return the document of a cache.

    :param owner: the store's name; see :class:`~transforms.store.identity.Identity`.
    :param content: what it tells: plain JSON values.
    """
    return json.dumps({**content, _SEAL: _seal(owner, content)}).encode()


def unsealed(owner: str, document: bytes) -> dict[str, Any] | None:
    """Return what the document of a cache tells; None where it is not to be believed."""
    try:
        content = from_json(document)
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    seal = content.pop(_SEAL, None)
    return content if seal == _seal(owner, content) else None


def _seal(owner: str, content: Mapping[str, Any]) -> str:
    text = json.dumps([owner, content], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
