"""Which installed distributions a model needs, or a process uses, told from folder names alone: cheap enough for every publish."""

from __future__ import annotations

import ast
import functools
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from transforms.common.json_text import from_json
from transforms.common.packages import installed_version
from transforms.common.syntax import parsed


def loaded_requirements() -> str:
    """List the distributions whose modules are loaded in this process.

    :returns: a JSON list of ``"name==version"``, sorted.
    """
    return requirements_of(list(sys.modules))


def requirements_of(modules: Iterable[str]) -> str:
    """List the distributions that modules are of; what is Python's own, or a project's, is of none.

    :param modules: the names of modules.
    :returns: a JSON list of ``"name==version"``, sorted.
    """
    owners = _owners()
    packages = {name.partition(".")[0] for name in modules}
    return json.dumps(sorted({owners[name] for name in packages if name in owners}))


@dataclass(frozen=True)
class Requirement:
    """A distribution that a version needs, and what there is of it.

    Attributes:
        name: the distribution.
        wanted: the version that was there when the model was saved.
        installed: the version that is there now; None for none.
    """

    name: str
    wanted: str
    installed: str | None

    @property
    def is_met(self) -> bool:
        """Whether it is there in that version."""
        return self.installed == self.wanted


def requirements_here(requirements: str) -> list[Requirement]:
    """Compare what a version needs with what is installed.

    :param requirements: what :func:`requirements_of` returned when it was saved.
    """
    parts = [text.partition("==") for text in from_json(requirements)]
    return [Requirement(name, wanted, installed_version(name)) for name, _, wanted in parts]


def imported_packages(sources: Iterable[bytes]) -> set[str]:
    """Return the packages that modules import, also inside of functions; those for type checkers only do not count.

    :param sources: the modules' sources.
    """
    return {name.partition(".")[0] for content in sources for name in _imported(content)}


@functools.lru_cache(maxsize=1024)
def _imported(content: bytes) -> frozenset[str]:
    try:
        return frozenset(_named(parsed(content.decode("utf-8"))))
    except (SyntaxError, ValueError):
        return frozenset()


def _named(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
    skipped = node.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) else ()
    for child in ast.iter_child_nodes(node):
        if child not in skipped:
            yield from _named(child)


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
