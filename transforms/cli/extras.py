"""What commands need that not every installation has."""

from __future__ import annotations

import importlib.util

from transforms.errors import MissingExtraError

_PAGE = ("starlette", "uvicorn", "fastapi", "msgspec")


def require_page(what: str) -> None:
    """Make sure that the page's packages are there.

    :param what: what needs them, as it begins a sentence.
    :raises MissingExtraError: if one is not installed; says how to bring it.
    """
    missing = [package for package in _PAGE if importlib.util.find_spec(package) is None]
    if missing:
        raise MissingExtraError(
            f"{what} needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed. "
            "Type: pip install 'transforms-on-delta[page]'"
        )
