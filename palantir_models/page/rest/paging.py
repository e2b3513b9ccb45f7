"""Pages of what is ordered: a page's token says after which thing it begins, and of which question it is."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from palantir_models.page.rest.errors import RefusedError

MOST_LETTERS = 2000
"""How long a page token may be."""

Key = tuple[str, str]
"""By what things are ordered; no two have the same."""
Item = TypeVar("Item")


def key_of(moment: datetime, identity: str) -> Key:
    """Return the key of what is ordered by time."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}", identity


def page_of(
    items: Iterable[Item], key: Callable[[Item], Key], size: int, question: str
) -> tuple[list[Item], str | None]:
    """Return the first things, and the token for the page after them; None where there is none.

    :param items: the things in their order; not one more is taken than is needed to tell whether another page follows.
    :param key: by what they are ordered.
    :param size: how many a page has.
    :param question: what was asked for, in any form.
    """
    found = list(islice(items, size + 1))
    if len(found) <= size:
        return found, None
    token = json.dumps([_sum(question), *key(found[size - 1])]).encode()
    return found[:size], base64.urlsafe_b64encode(token).decode()


def after(
    items: Iterable[Item], key: Callable[[Item], Key], descending: bool, token: str | None, question: str
) -> Iterator[Item]:
    """Return the things that a token's page begins with, in the order they come in.

    So a page neither repeats nor leaves out one because another was added meanwhile.

    :param items: the things in their order.
    :param key: by what they are ordered.
    :param descending: whether their keys fall.
    :param token: the token; all things without one.
    :param question: what was asked for, in the form it had when the token was made.
    :raises RefusedError: if the token is none of this question.
    """
    if token is None:
        return iter(items)
    last = _read(token, question)
    return (item for item in items if (key(item) < last if descending else key(item) > last))


def _read(token: str, question: str) -> Key:
    try:
        told, first, second = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError):
        told, first, second = None, None, None
    if told != _sum(question) or not isinstance(first, str) or not isinstance(second, str):
        description = (
            "The page token is none of this search. Ask for the first page without one, and change nothing but it."
        )
        raise RefusedError(400, "InvalidPageToken", description, pageToken=token)
    return first, second


def _sum(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:16]
