"""The pipelines that packaging files declare, read without running any of them."""

from __future__ import annotations

import ast
import configparser
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from transforms.common.syntax import parsed
from transforms.errors import ConfigError

_GROUP = "transforms.pipelines"


def declared_pipelines(folder: Path) -> tuple[Path, tuple[str, ...]] | None:
    """Return the values of the ``transforms.pipelines`` entry points, as ``module:attribute``.

    :param folder: where pyproject.toml, setup.cfg and setup.py are, or in its folder ``src``, as Foundry's repositories have it.
    :returns: the first file that declares any, and what it declares; None where none does.
    :raises ConfigError: if a file cannot be read.
    """
    for name, read in _READERS.items():
        for file in (folder / name, folder / "src" / name):
            if file.is_file():
                try:
                    found = tuple(read(file.read_text(encoding="utf-8")))
                except (OSError, ValueError, SyntaxError, configparser.Error) as error:
                    raise ConfigError(f"{file} cannot be read: {error}") from error
                if found:
                    return file, found
    return None


def pipelines_in(pyproject: Mapping[str, Any]) -> list[str]:
    """Return what the content of a pyproject.toml declares."""
    points = pyproject.get("project", {}).get("entry-points", {}).get(_GROUP, {})
    return [str(value) for value in points.values()]


def _from_pyproject(text: str) -> Iterable[str]:
    return pipelines_in(tomllib.loads(text))


def _from_setup_cfg(text: str) -> Iterable[str]:
    parser = configparser.ConfigParser()
    parser.read_string(text)
    return _values(parser.get("options.entry_points", _GROUP, fallback="").splitlines())


def _from_setup_py(text: str) -> Iterable[str]:
    # setup.py of a Foundry repository needs environment variables to run; the literal in it needs none to be read.
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.keyword) and node.arg == "entry_points":
            points = _literal(node.value)
            if isinstance(points, Mapping):
                declared = points.get(_GROUP, ())
                return _values(declared.splitlines() if isinstance(declared, str) else declared)
    return ()


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _values(lines: Iterable[str]) -> list[str]:
    return [value.strip() for line in lines for _, equals, value in [line.partition("=")] if equals]


_READERS = {"pyproject.toml": _from_pyproject, "setup.cfg": _from_setup_cfg, "setup.py": _from_setup_py}
