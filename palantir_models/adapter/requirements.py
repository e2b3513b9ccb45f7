"""Which installed distributions a process is using, told from folder names alone: cheap enough for every publish."""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path


def loaded_requirements() -> str:
    """List the distributions whose modules are loaded in this process.

    :returns: a JSON list of ``"name==version"``, sorted.
    """
    owners = _owners()
    loaded = {name.partition(".")[0] for name in list(sys.modules)}
    return json.dumps(sorted({owners[name] for name in loaded if name in owners}))


@functools.cache
def _owners() -> dict[str, str]:
    owners: dict[str, str] = {}
    for entry in reversed(sys.path):  # the first folder of the path wins, as it does for an import
        for info in Path(entry or ".").glob("*.dist-info"):
            name, _, version = info.name.removesuffix(".dist-info").partition("-")
            requirement = f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}"
            owners.update(dict.fromkeys(_top_level(info, name), requirement))
    return owners


def _top_level(info: Path, name: str) -> Iterator[str]:
    """Give the top-level modules of a distribution: as it lists them, else as its files show."""
    listed = info / "top_level.txt"
    if listed.exists():
        yield from listed.read_text(encoding="utf-8").split()
    elif (info.parent / name.lower()).is_dir():
        yield name.lower()
    elif (record := info / "RECORD").exists():
        yield from set(re.findall(r"^(\w+)(?=/__init__\.py,|\.py,)", record.read_text(encoding="utf-8"), re.MULTILINE))
