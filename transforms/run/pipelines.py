"""Importing what declares a project's transforms."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from transforms.common.usercode import shown_file
from transforms.config import Config
from transforms.config.repository import SETTINGS_FILE, Subproject, subprojects
from transforms.errors import ConfigError
from transforms.spec.discovery import ImportFailedError, imported, leaving_out_failures
from transforms.spec.pipeline import Pipeline


@dataclass(frozen=True)
class Loaded:
    """What a project declares.

    Attributes:
        pipelines: its pipelines.
        failures: what could not be imported and why, each with its file; the cause is chained.
    """

    pipelines: Sequence[Pipeline]
    failures: Sequence[ImportFailedError]


def load_pipelines(config: Config, starts_spark: bool = True) -> Loaded:
    """Import a project's pipelines; modules below them that cannot be imported are left out.

    :param config: the project's configuration.
    :param starts_spark: whether Spark may be started for modules that need it to be imported.
    :returns: every module-level ``Pipeline`` of the configured modules; without any, those of the ``transforms.pipelines`` entry
        points of the project and its subprojects, else those of a package ``pipelines`` in the project's folder.
    :raises ConfigError: if there are none, or two subprojects have a package of one name.
    :raises Exception: what went wrong, if none of these modules can be imported.
    """
    parts = subprojects(config.project)
    _refuse_shared_names(parts, config)
    make_importable(config, parts)
    pipelines: dict[int, Pipeline] = {}
    failures: list[ImportFailedError] = []
    with leaving_out_failures(lambda error: starts_spark and _start_spark(error, config)):
        for entry in _entries(config, parts):
            try:
                pipelines |= {id(pipeline): pipeline for pipeline in _pipelines_of(entry, config)}
            except ImportFailedError as error:
                failures.append(error)
    if failures and not pipelines:
        raise (failures[0].__cause__ or failures[0]) from None
    failures += (failure for pipeline in pipelines.values() for failure in pipeline.unimported)
    return Loaded(list(pipelines.values()), failures)


def make_importable(config: Config, parts: Sequence[Subproject] | None = None) -> None:
    """Let Python find the modules of a project.

    :param config: the project's configuration.
    :param parts: its subprojects, where they are known.
    """
    found = subprojects(config.project) if parts is None else parts
    for folder in (*_folders(config), *(folder for part in found for folder in part.import_path)):
        if folder.is_dir() and str(folder) not in sys.path:
            sys.path.insert(0, str(folder))


@dataclass(frozen=True)
class _Entry:
    """A pipeline to be imported, as it was written, and the file or variable that says so."""

    written: Any
    declared_in: Path | str

    @property
    def place(self) -> str:
        """Where it was written: the file and line, or the variable of the environment."""
        if isinstance(self.declared_in, str):
            return self.declared_in
        lines = self.declared_in.read_text(encoding="utf-8").splitlines() if self.declared_in.is_file() else []
        begin = next((number for number, line in enumerate(lines) if re.search(r"^[^#]*\bpipelines\b", line)), None)
        if begin is None:
            return str(self.declared_in.parent)
        sign = re.escape(str(self.written) or '""')
        written = re.compile(rf"(?<![\w.:/-]){sign}(?![\w.:/-])")
        here = next((n for n in range(begin, len(lines)) if written.search(lines[n].partition("#")[0])), begin)
        return f"{shown_file(str(self.declared_in))}:{here + 1}"


def _entries(config: Config, parts: Sequence[Subproject]) -> Sequence[_Entry]:
    if config.pipelines:
        is_variable = "TRANSFORMS_PIPELINES" in os.environ
        where = "TRANSFORMS_PIPELINES" if is_variable else config.project / SETTINGS_FILE
        return [_Entry(written, where) for written in config.pipelines]
    declared = [_Entry(written, part.declared_in) for part in parts for written in part.pipelines]
    return declared or _default(config)


def _refuse_shared_names(parts: Sequence[Subproject], config: Config) -> None:
    owners: dict[str, Subproject] = {}
    for part in parts:
        for name in sorted(set(_top_level_names(part))):
            other = owners.setdefault(name, part)
            if other is part:
                continue
            one, two = (found.folder.relative_to(config.project).as_posix() for found in (other, part))
            up = "../" * (two.count("/") + 1)
            raise ConfigError(
                f"{one} and {two} both have a package or module {name!r}, and Python imports one of a name. Rename one, or make "
                f"{two} a project of its own with the same store: write into {two}/{SETTINGS_FILE}\n"
                f'[tool.transforms]\nroot = "{up}.transforms"'
            )


def _top_level_names(part: Subproject) -> Iterator[str]:
    for folder in part.import_path:
        for path in folder.iterdir() if folder.is_dir() else ():
            is_package = (path / "__init__.py").is_file() and path.name not in ("test", "tests")
            if is_package or (path.suffix == ".py" and path.name not in ("setup.py", "conftest.py")):
                yield path.stem


def _pipelines_of(entry: _Entry, config: Config) -> list[Pipeline]:
    place = entry.place
    name, attribute = _parts(entry.written, place)
    there = imported(lambda: _module(name, place, config), f"pipeline module {name!r}")
    found = {key: value for key, value in vars(there).items() if isinstance(value, Pipeline)}
    file = shown_file(str(there.__file__))
    if not found:
        raise ConfigError(
            f"{place}: the module {name!r} ({file}) has no Pipeline at its top level. Add one to it: "
            f"from transforms.api import Pipeline; pipeline = Pipeline(); pipeline.add_transforms(...)"
        )
    if attribute and attribute not in found:
        is_there = attribute in vars(there)
        what = f"is no Pipeline but {vars(there)[attribute]!r:.80}" if is_there else "is not there"
        (meant,) = get_close_matches(attribute, found, 1) or [next(iter(found))]
        raise ConfigError(f"{place}: {attribute!r} of {file} {what}. Type there: {name}:{meant}")
    return [found[attribute]] if attribute else list(found.values())


def _parts(entry: Any, place: str) -> tuple[str, str]:
    """Return the module and, where an entry names one, the Pipeline in it."""
    name, _, attribute = entry.partition(":") if isinstance(entry, str) else ("", "", "")
    if name and all(name.split(".")) and "/" not in name and "\\" not in name and not name.endswith(".py"):
        return name, attribute
    meant = ".".join(part for part in re.split(r"[/\\.]", name.removesuffix(".py")) if part).removeprefix("src.")
    example = f"{meant}:{attribute}" if meant and attribute else meant or "my_project.pipeline"
    raise ConfigError(
        f"{place}: {entry!r} is not the name of a module. Type there: pipelines = [{json.dumps(example)}]"
    )


def _module(name: str, place: str, config: Config) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise
        raise ConfigError(f"{place}: {_not_found(name, config)}") from error


def _default(config: Config) -> list[_Entry]:
    # Only the project's own: whatever else is named so on Python's path was not meant.
    if not any((folder / "pipelines").is_dir() or (folder / "pipelines.py").is_file() for folder in _folders(config)):
        raise _not_found("pipelines", config) if (config.project / SETTINGS_FILE).is_file() else _no_project(config)
    return [_Entry("pipelines", config.project / SETTINGS_FILE)]


def _not_found(name: str, config: Config) -> ConfigError:
    return ConfigError(
        f"The pipeline module {name!r} was not found from {config.project}. Name your modules under "
        f"[tool.transforms] pipelines in pyproject.toml, or run 'transforms init' for a sample."
    )


def _no_project(config: Config) -> ConfigError:
    return ConfigError(
        f"There is no project in {config.project} or a folder above it: no pyproject.toml, and no module 'pipelines'. Go to "
        f"the folder of yours with 'cd', or begin one with 'transforms init'."
    )


def _folders(config: Config) -> tuple[Path, Path]:
    return config.project / "src", config.project


def _start_spark(error: Exception, config: Config) -> bool:
    """Start Spark where a module failed for want of it: some make columns at their top level, which takes a session.

    :returns: whether to import it again.
    :raises MissingExtraError: if Spark cannot start; says what is missing.
    """
    if not _is_without_session(error):
        return False
    from transforms.engine.spark import sessions
    from transforms.engine.spark.engine import shared_engine

    if sessions.running() is not None:
        return False
    _ = shared_engine(config.spark).session
    return True


def _is_without_session(error: Exception) -> bool:
    """Tell whether an error was raised inside of pyspark."""
    frames = traceback.extract_tb(error.__traceback__)
    return "pyspark" in sys.modules and bool(frames) and "/pyspark/" in frames[-1].filename
