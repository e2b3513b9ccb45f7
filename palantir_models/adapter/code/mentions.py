"""Which modules the files of a state refer to: pickles name classes and functions by the modules they are in."""

from __future__ import annotations

import mmap
import re
import sys
from collections.abc import Iterator
from pathlib import Path

# A short text of protocol 4 and later, with its length before it; the first line of a GLOBAL of older ones; dill's and
# cloudpickle's long texts.
_SHORT = re.compile(rb"\x8c(.)([A-Za-z_][\w.\-]*)", re.DOTALL)
_GLOBAL = re.compile(rb"c([A-Za-z_][\w.\-]*)\n[A-Za-z_][\w.]*\n")
_LONG = re.compile(rb"X(.)\x00\x00\x00([A-Za-z_][\w.\-]*)", re.DOTALL)


def mentioned_modules(directory: Path) -> set[str]:
    """Return the modules of this process that files refer to in the way of pickles; a text of that name counts, too.

    :param directory: the folder of the files.
    """
    return {name for file in directory.rglob("*") if file.is_file() for name in _in(file)}


def _in(file: Path) -> Iterator[str]:
    if not file.stat().st_size:
        return
    with open(file, "rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for pattern in (_SHORT, _LONG):
            for found in pattern.finditer(content):
                name = found[2][: found[1][0]]
                if len(name) == found[1][0] and (text := name.decode()) in sys.modules:
                    yield text
        for found in _GLOBAL.finditer(content):
            if (text := found[1].decode()) in sys.modules:
                yield text
