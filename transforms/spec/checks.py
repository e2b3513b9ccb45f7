"""Declaring checks on datasets."""

from __future__ import annotations

from typing import Any

from transforms.errors import DeclarationError, TransformTypeError


class Check:
    """An expectation about a dataset, with a name and what happens when it does not hold.

    Follows the public page transforms-python/api-check. This version declares checks and does not evaluate them: a
    transform that has some refuses to run.

    :param expectation: what ``transforms.expectations`` made.
    :param name: names the check within its transform.
    :param on_error: ``FAIL`` fails the job, ``WARN`` warns.
    :param description: what it is for.
    :raises DeclarationError: if an argument is of the wrong type or value.
    """

    def __init__(self, expectation: Any, name: str, on_error: str = "FAIL", description: str | None = None) -> None:
        from transforms.expectations import Expectation

        if not isinstance(expectation, Expectation):
            raise TransformTypeError(
                f"Check({name!r}): an expectation is made with transforms.expectations; got {expectation!r}."
            )
        if not isinstance(name, str) or not name:
            raise TransformTypeError(f"Check(): the name must be text that is not empty; got {name!r}.")
        if on_error not in ("FAIL", "WARN"):
            raise DeclarationError(f"Check({name!r}): on_error is 'FAIL' or 'WARN', not {on_error!r}.")
        self.expectation = expectation
        self.name = name
        self.on_error = on_error
        self.description = description
