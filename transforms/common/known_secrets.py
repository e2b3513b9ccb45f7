"""Secrets that this process was given: what is kept for others to read has stars in their place, wherever they stand."""

from __future__ import annotations

from transforms.common.masking import MASK

_SHORTEST = 6  # a shorter one may be a part of any word
_known: set[str] = set()


def remember(value: str) -> str:
    """Take note of a secret and return it.

    :param value: the secret; each of its lines is one, too, as a key of many lines may be printed line by line.
    """
    _known.update(part for part in (value, *value.splitlines()) if len(part) >= _SHORTEST)
    return value


def without_known(text: str) -> str:
    """Return a text with stars in place of every secret that was remembered."""
    for secret in sorted(_known.copy(), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text
