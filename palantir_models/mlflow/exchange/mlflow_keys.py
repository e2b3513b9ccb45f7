"""Names of ours as MLflow takes them: what it refuses is spelled in hexadecimal, and no two names become one."""

from __future__ import annotations

import hashlib
import posixpath
import re

_LONGEST_KEY = 250
_LONGEST_FILE = 100  # an image's file name also holds its step and time, and may have 255 letters
_REFUSED = r"[^\w\-. :/]"
_REFUSED_IN_FILES = r"[^A-Za-z0-9_\-. /]"
_ESCAPED = re.compile(r"_x[0-9a-f]+_")


def key(name: str) -> str:
    """Return the key of a parameter or metric.

    :param name: the name of a hyperparameter or series; most stay as they are.
    :returns: at most 250 letters that MLflow takes; a longer name ends with its checksum.
    """
    text = name if _is_plain(name, _REFUSED) and _is_path(name) else _spelled(name, _REFUSED)
    if not _is_path(text):
        text = re.sub(r"/|^\.", _spell, text)
    return _short(name, text, _LONGEST_KEY)


def file_key(name: str) -> str:
    """Return a name as a part of a file's name, as MLflow writes the keys of images: ``~`` stands for a slash.

    :param name: the name of a series or table.
    :returns: at most 100 ASCII letters.
    """
    text = name if _is_plain(name, _REFUSED_IN_FILES) else _spelled(name, _REFUSED_IN_FILES)
    return _short(name, text, _LONGEST_FILE).replace("/", "~")


def _is_plain(name: str, refused: str) -> bool:
    return not re.search(refused, name) and not _ESCAPED.search(name)


def _is_path(text: str) -> bool:
    return posixpath.normpath(text) == text and not text.startswith(("/", "..")) and text != "."


def _spelled(name: str, refused: str) -> str:
    return re.sub(rf"{refused}|_(?=x)", _spell, name)


def _spell(letter: re.Match[str]) -> str:
    return f"_x{ord(letter[0]):x}_"


def _short(name: str, text: str, most: int) -> str:
    if len(text) <= most:
        return text
    checksum = hashlib.sha256(name.encode()).hexdigest()[:32]
    return f"{text[: most - len(checksum) - 2]}_x{checksum}"
