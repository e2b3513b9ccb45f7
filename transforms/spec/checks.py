"""Declaring checks on datasets."""

from __future__ import annotations

from typing import Any, Literal

from transforms.errors import DeclarationError, TransformTypeError
from transforms.expectations.expectation import Expectation


class Check:
    """An expectation about a dataset, with a name and what happens when it does not hold.

    Follows the public page transforms-python/api-check. Those of inputs are made before the function runs, those of outputs
    when it has returned, on the whole dataset as it would be committed.

    :param expectation: what ``transforms.expectations`` made.
    :param name: names the check within its transform.
    :param on_error: ``FAIL`` keeps the job from committing anything, ``WARN`` warns.
    :param description: what it is for.
    :raises DeclarationError: if an argument is of the wrong type or value.
    """

    def __init__(self, expectation: Any, name: str, on_error: str = "FAIL", description: str | None = None) -> None:
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
        self.on_error: Literal["FAIL", "WARN"] = "FAIL" if on_error == "FAIL" else "WARN"
        self.description = description

    def __repr__(self) -> str:
        return f"Check({self.name!r}, {self.expectation}, {self.on_error})"

    @property
    def declared(self) -> str:
        """A text that changes with what the check expects, and with what follows from it."""
        return f"{self.name}:{self.on_error}:{self.expectation!r}"
