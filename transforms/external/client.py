"""The HTTP client of external systems, which only those who use one need."""

from __future__ import annotations

from typing import Any

from transforms.errors import MissingExtraError


def need_requests() -> Any:
    """Return the package ``requests``.

    :raises MissingExtraError: if it is not installed; says how to get it.
    """
    try:
        import requests
    except ImportError as error:
        raise MissingExtraError(
            "get_client() gives a client of the package requests: pip install 'transforms-on-delta[external]'"
        ) from error
    return requests
