"""Which folder is the project that a folder belongs to, and what parts a repository has.

A Foundry repository has no file of settings: it is known by its parts, folders such as ``transforms-python`` whose packaging
files declare a pipeline. It is one project with one store, wherever in it a command is run.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transforms.config.entry_points import declared_pipelines, pipelines_in
from transforms.errors import ConfigError

SETTINGS_FILE = "pyproject.toml"
_MARKS = (".git", "settings.gradle", "gradlew")
_DEPTH = 2  # repository/transforms-python, or repository/group/transforms-python
_NOT_SOURCES = frozenset({"build", "dist", "node_modules", "venv", "site-packages", "test", "tests"})


@dataclass(frozen=True)
class Subproject:
    """A folder that declares pipelines.

    Attributes:
        folder: the folder.
        declared_in: its file that declares them.
        pipelines: what it declares, as ``module:attribute``.
    """

    folder: Path
    declared_in: Path
    pipelines: tuple[str, ...]

    @property
    def import_path(self) -> tuple[Path, Path]:
        """Where its modules are imported from."""
        return self.folder / "src", self.folder


def find_project(start: Path) -> Path:
    """Return the folder of the project that a folder belongs to.

    :param start: the folder.
    :returns: the nearest folder, upward, whose pyproject.toml speaks of transforms or lies beside a package ``pipelines``; else
        the root of the Foundry repository around it; else the nearest folder with any pyproject.toml; else ``start``.
    :raises ConfigError: if a file that decides it cannot be read.
    """
    folders = (start, *start.parents)
    settled = next((folder for folder in folders if _is_settled(folder)), None)
    plain = next((folder for folder in folders if (folder / SETTINGS_FILE).is_file()), start)
    return settled or _repository(folders) or plain


def subprojects(project: Path) -> list[Subproject]:
    """Return what declares pipelines in a project: the project itself, else the folders below it, two levels deep.

    A folder below with settings of its own is a project of its own.

    :param project: the project's folder.
    :raises ConfigError: if a packaging file cannot be read.
    """
    return list(_subprojects(project, _DEPTH))


def read_settings_file(file: Path) -> dict[str, Any]:
    """Return the content of a pyproject.toml.

    :raises ConfigError: if it cannot be read.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error


def _is_settled(folder: Path) -> bool:
    file = folder / SETTINGS_FILE
    if not file.is_file():
        return False
    content = read_settings_file(file)
    if "transforms" in content.get("tool", {}) or pipelines_in(content):
        return True
    return (folder / "pipelines").is_dir() or (folder / "pipelines.py").is_file()


def _repository(folders: tuple[Path, ...]) -> Path | None:
    """Return the outermost root of a repository that has subprojects, and none beyond Git's."""
    root = None
    for folder in folders:
        if any((folder / mark).exists() for mark in _MARKS) and subprojects(folder):
            root = folder
        if (folder / ".git").exists():
            break
    return root or _unmarked_repository(folders)


def _unmarked_repository(folders: tuple[Path, ...]) -> Path | None:
    for folder in folders:
        if folder.name != "src" and declared_pipelines(folder):  # a setup.py in src speaks for the folder around it
            # What Foundry makes never stands alone: its repository is the folder around it.
            is_part = folder.name.startswith("transforms-python") or (folder / "conda_recipe").is_dir()
            return folder.parent if is_part else folder
    return None


def _subprojects(folder: Path, depth: int) -> Iterator[Subproject]:
    found = declared_pipelines(folder)
    if found is not None:
        yield Subproject(folder, *found)
    elif depth:
        for child in _folders_in(folder):
            if not _is_settled(child):
                yield from _subprojects(child, depth - 1)


def _folders_in(folder: Path) -> list[Path]:
    try:
        children = sorted(folder.iterdir())
    except PermissionError:  # what this user may not list, no build of theirs can import
        return []
    return [
        child
        for child in children
        if not child.name.startswith(".")
        and child.name not in _NOT_SOURCES
        and child.is_dir()
        and not child.is_symlink()
    ]
