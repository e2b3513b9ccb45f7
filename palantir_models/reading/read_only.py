"""What was recorded stays as it is."""

from __future__ import annotations


class ReadOnly:
    """An object whose values are computed or were recorded: code that uses it can set none of them."""

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("_"):
            raise AttributeError(f"{name!r} of a {type(self).__name__} tells what was recorded, and cannot be set.")
        super().__setattr__(name, value)
