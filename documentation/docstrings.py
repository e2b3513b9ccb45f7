"""Docstrings as the site's renderer reads them: roles and dialogues as code, and the attributes of a class as fields."""

from __future__ import annotations

import re
from typing import Any

import griffe

_ROLE = re.compile(r":(?:mod|class|func|meth|attr|data|exc|obj):`(~?)([^`]+)`")
_ATTRIBUTES = re.compile(r"^Attributes:\n((?: {4}.*\n?|\n)+)", re.MULTILINE)
_DIALOGUE = re.compile(r"^( *)>>> .*(?:\n.*\S.*)*", re.MULTILINE)
_ATTRIBUTE = re.compile(r"^ {4}(\w+): ", re.MULTILINE)


def as_markdown(text: str) -> str:
    """Return a docstring with its roles as code.

    :param text: the docstring; ``:class:`~a.b.C``` in it becomes a ``C`` in the type of code.
    """
    return _ROLE.sub(lambda found: f"`{found[2].rpartition('.')[2] if found[1] else found[2]}`", text)


def with_dialogues(text: str) -> str:
    """Return a docstring whose dialogues with Python are blocks of code.

    :param text: the docstring, without its indent.
    """
    return _DIALOGUE.sub(lambda found: f"{found[1]}```pycon\n{found[0]}\n{found[1]}```", text)


def with_fields(text: str) -> str:
    """Return a docstring whose section ``Attributes:`` is written as fields, ``:ivar name: what it is``.

    :param text: the docstring, without its indent.
    """
    return _ATTRIBUTES.sub(lambda found: _ATTRIBUTE.sub(r":ivar \1: ", found[1]), text)


class Docstrings(griffe.Extension):
    """Rewrites each docstring before it is parsed."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Rewrite the docstring of one object, where it has one."""
        if obj.docstring is not None:
            obj.docstring.value = with_dialogues(with_fields(as_markdown(obj.docstring.value)))
