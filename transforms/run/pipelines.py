"""Importing what declares a project's transforms."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from transforms.common.usercode import shown_file
from transforms.config import Config
from transforms.errors import ConfigError
from transforms.run.entry_points import PACKAGING_FILES, declared_pipelines
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
    :returns: every module-level ``Pipeline`` of the configured modules; without any, those of the project's
        ``transforms.pipelines`` entry points, else those of a package ``pipelines`` beside pyproject.toml.
    :raises ConfigError: if there are none.
    :raises Exception: what went wrong, if none of these modules can be imported.
    """
    for folder in _folders(config):
        if folder.is_dir() and str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    pipelines: dict[int, Pipeline] = {}
    failures: list[ImportFailedError] = []
    with leaving_out_failures(lambda error: starts_spark and _start_spark(error, config)):
        for module in config.pipelines or declared_pipelines(config.project) or _default(config):
            try:
                pipelines |= {id(pipeline): pipeline for pipeline in _pipelines_of(module, config)}
            except ImportFailedError as error:
                failures.append(error)
    if failures and not pipelines:
        raise (failures[0].__cause__ or failures[0]) from None
    failures += (failure for pipeline in pipelines.values() for failure in pipeline.unimported)
    return Loaded(list(pipelines.values()), failures)


def _pipelines_of(entry: Any, config: Config) -> list[Pipeline]:
    place = _place(entry, config)
    name, attribute = _parts(entry, place)
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


def _place(entry: Any, config: Config) -> str:
    """Return where an entry was written: the file and line, or the variable of the environment."""
    if "TRANSFORMS_PIPELINES" in os.environ and entry in config.pipelines:
        return "TRANSFORMS_PIPELINES"
    if not config.pipelines and not declared_pipelines(config.project):
        return str(config.project)
    sign = re.escape(str(entry) or '""')
    written = re.compile(rf"(?<![\w.:/-]){sign}(?![\w.:/-])")
    for file in (config.project / folder / name for name in PACKAGING_FILES for folder in (".", "src")):
        lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        begin = next((number for number, line in enumerate(lines) if re.search(r"^[^#]*\bpipelines\b", line)), None)
        if begin is not None:
            here = next((n for n in range(begin, len(lines)) if written.search(lines[n].partition("#")[0])), begin)
            return f"{shown_file(str(file))}:{here + 1}"
    return str(config.project)


def _module(name: str, place: str, config: Config) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise
        raise ConfigError(f"{place}: {_not_found(name, config)}") from error


def _default(config: Config) -> tuple[str, ...]:
    # Only the project's own: whatever else is named so on Python's path was not meant.
    if not any((folder / "pipelines").is_dir() or (folder / "pipelines.py").is_file() for folder in _folders(config)):
        raise _not_found("pipelines", config)
    return ("pipelines",)


def _not_found(name: str, config: Config) -> ConfigError:
    return ConfigError(
        f"The pipeline module {name!r} was not found from {config.project}. Name your modules under "
        f"[tool.transforms] pipelines in pyproject.toml, or run 'transforms init' for a sample."
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
