"""The project's configuration: ``[tool.transforms]``, environment variables, flags, in rising order."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from transforms.config.job_settings import JobSettings, job_settings
from transforms.config.repository import SETTINGS_FILE, find_project, read_settings_file
from transforms.errors import ConfigError, nearest
from transforms.external.settings import source_settings
from transforms.spec.resource import DEFAULT_BRANCH, Resource

_DEFAULT_ROOT = ".transforms"


@dataclass(frozen=True)
class Config:
    """Settings of a project.

    Attributes:
        project: its folder: that of pyproject.toml, the root of a Foundry repository, or the working folder.
        root: the store's root.
        pipelines: what is to be imported, as it was written: ``module``, of which every module-level ``Pipeline`` is built,
            or ``module:pipeline``. Checked by who imports them, as most commands need none of them.
        fallback_branches: where inputs are looked for after the build's own branch, in order.
        model_code: the code with which a ``ModelInput`` is loaded: ``version``, that which it was published with, or ``project``,
            what the project has now.
        models: aliases of models, each with its path or RID.
        inputs: aliases of datasets, each with its path or RID.
        sources: external systems by the name that the code gives them: their settings; in tests, also what stands in their
            place.
        limits: limits of experiments, by name.
        spark: settings of the Spark engine.
        jobs: how often a job is tried, and how long it may take.
    """

    project: Path
    root: str
    pipelines: tuple[Any, ...] = ()
    fallback_branches: tuple[str, ...] = (DEFAULT_BRANCH,)
    model_code: Literal["version", "project"] = "version"
    models: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    spark: Mapping[str, Any] = field(default_factory=dict)
    jobs: JobSettings = JobSettings()

    def resolve(self, resource: Resource) -> Resource:
        """Return the resource that an alias stands for; most stand for themselves."""
        names = {"dataset": self.inputs, "model": self.models}.get(resource.kind, {})
        alias = names.get(resource.alias)
        return resource if alias is None else replace(resource, alias=alias)


_LISTS = ("pipelines", "fallback_branches")
_TABLES = ("models", "inputs", "sources", "limits", "spark", "jobs")
_CHOICES = {"model_code": get_args(get_type_hints(Config)["model_code"])}
_SETTINGS = tuple(f.name for f in fields(Config) if f.name != "project")


def load_config(
    start: Path | None = None, environment: Mapping[str, str] | None = None, root: str | None = None
) -> Config:
    """Read the configuration.

    :param start: the folder whose project it is (see :func:`~transforms.config.repository.find_project`); the working folder when
        None.
    :param environment: the environment variables; those of the process when None.
    :param root: the store's root as a flag gave it; overrides everything.
    :raises ConfigError: if a setting is unknown (the nearest is named) or has a value of the wrong type.
    """
    start = (start or Path.cwd()).absolute()
    project = find_project(start)
    file = project / SETTINGS_FILE
    settings = _read(file) if file.is_file() else {}
    settings |= _from_environment(os.environ if environment is None else environment)
    if root is not None:
        settings["root"] = root
    place = settings.pop("root", _DEFAULT_ROOT)
    if "://" not in place:
        place = os.path.abspath(project / Path(place).expanduser())
    return Config(project=project, root=place, **settings)


def _read(file: Path) -> dict[str, Any]:
    section = read_settings_file(file).get("tool", {}).get("transforms", {})
    return {key: _checked(key, value, f"{file}, [tool.transforms]") for key, value in section.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for name, value in environment.items():
        if not name.startswith("TRANSFORMS_"):
            continue
        key = name.removeprefix("TRANSFORMS_").lower()
        if key in _TABLES:
            raise ConfigError(f"{name}: [tool.transforms.{key}] can be set in pyproject.toml only.")
        parts: Any = [part.strip() for part in value.split(",") if part.strip()] if key in _LISTS else value
        settings[key] = _checked(key, parts, name)
    return settings


def _checked(key: str, value: Any, where: str) -> Any:
    if key not in _SETTINGS:
        known = ", ".join(_SETTINGS)
        raise ConfigError(f"{where}: unknown setting {key!r}.{nearest(key, _SETTINGS)} There are: {known}.")
    if key == "pipelines":
        return tuple(value) if isinstance(value, list) else (value,)
    if key in _LISTS:
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise ConfigError(f"{where}: {key} must be a list of names.")
        return tuple(value)
    if key in _TABLES:
        if not isinstance(value, dict):
            raise ConfigError(f"{where}: {key} must be a table of names and values.")
        if key == "jobs":
            return job_settings(value, where.removesuffix(", [tool.transforms]"))
        return _sources(value, where) if key == "sources" else value
    return _text(key, value, where)


def _text(key: str, value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{where}: {key} must be text.")
    choices = _CHOICES.get(key, (value,))
    if value not in choices:
        listed = " or ".join(map(repr, choices))
        raise ConfigError(f"{where}: {key} is {listed}; got {value!r}.{nearest(value, choices)}")
    return value


def _sources(tables: Mapping[str, Any], where: str) -> dict[str, Any]:
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(f'{where}: the source {name!r} must be a table: [tool.transforms.sources."{name}"]')
    return {name: source_settings(name, table) for name, table in tables.items()}
