"""The pipelines that a project's packaging files declare, read without running any of them."""

from __future__ import annotations

import ast
import configparser
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from transforms.errors import ConfigError

PACKAGING_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
_GROUP = "transforms.pipelines"


def declared_pipelines(project: Path) -> tuple[str, ...]:
    """Return the values of the ``transforms.pipelines`` entry points, as ``module:attribute``.

    :param project: the project's folder; a folder ``src`` in it is looked at too, as Foundry's repositories have it.
    :returns: what pyproject.toml, setup.cfg or setup.py declare, in this order; the first that has any counts.
    :raises ConfigError: if a file cannot be read.
    """
    readers = (_from_pyproject, _from_setup_cfg, _from_setup_py)
    for name, read in zip(PACKAGING_FILES, readers, strict=True):
        for file in (project / name, project / "src" / name):
            if file.is_file():
                try:
                    found = tuple(read(file.read_text(encoding="utf-8")))
                except (OSError, ValueError, SyntaxError, configparser.Error) as error:
                    raise ConfigError(f"{file} cannot be read: {error}") from error
                if found:
                    return found
    return ()


def _from_pyproject(text: str) -> Iterable[str]:
    points = tomllib.loads(text).get("project", {}).get("entry-points", {}).get(_GROUP, {})
    return [str(value) for value in points.values()]


def _from_setup_cfg(text: str) -> Iterable[str]:
    parser = configparser.ConfigParser()
    parser.read_string(text)
    return _values(parser.get("options.entry_points", _GROUP, fallback="").splitlines())


def _from_setup_py(text: str) -> Iterable[str]:
    # setup.py of a Foundry repository needs environment variables to run; the literal in it needs none to be read.
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.keyword) and node.arg == "entry_points":
            points = _literal(node.value)
            if isinstance(points, Mapping):
                declared = points.get(_GROUP, ())
                return _values([declared] if isinstance(declared, str) else declared)
    return ()


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _values(lines: Iterable[str]) -> list[str]:
    return [value.strip() for line in lines for _, equals, value in [line.partition("=")] if equals]
