"""Every setting of ``[tool.transforms]``, from the classes that hold them."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any

from documentation.docstrings import as_markdown, with_fields
from palantir_models.experiment.limits import Limits
from transforms.config import Config
from transforms.config.job_settings import JobSettings
from transforms.engine.spark.settings import SparkSettings
from transforms.external.settings import SourceSettings

TABLES: dict[str, tuple[type[Any], tuple[str, ...]]] = {  # each with the attributes that are no settings
    "[tool.transforms]": (Config, ("project",)),
    "[tool.transforms.jobs]": (JobSettings, ()),
    "[tool.transforms.limits]": (Limits, ()),
    '[tool.transforms.sources."NAME"]': (SourceSettings, ("name",)),
    "[tool.transforms.spark]": (SparkSettings, ()),
}
_FIELD = re.compile(r"^:(?:ivar|param) (\w+): (.*?)(?=^:|\Z)", re.MULTILINE | re.DOTALL)


def rows(table: str) -> list[tuple[str, str, str]]:
    """Return the settings of a table of pyproject.toml: name, default, what it is.

    :param table: its heading, one of :data:`TABLES`.
    :raises LookupError: if a setting is not described by the class that holds it.
    """
    holder, left_out = TABLES[table]
    told = {
        name: " ".join(text.split())
        for name, text in _FIELD.findall(with_fields(as_markdown(inspect.getdoc(holder) or "")))
    }
    wanted = [field for field in dataclasses.fields(holder) if field.name not in left_out]
    silent = [field.name for field in wanted if field.name not in told]
    if silent:
        raise LookupError(f"{holder.__qualname__} does not say what {', '.join(silent)} is.")
    return [(field.name, _default(field), told[field.name]) for field in wanted]


def _default(field: dataclasses.Field[Any]) -> str:
    if field.name == "root":  # load_config gives it
        return '`".transforms"`'
    if field.default_factory is not dataclasses.MISSING:
        return "none"
    value = field.default
    if value is dataclasses.MISSING or value is None or value in ((), "") or dataclasses.is_dataclass(value):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{list(value) if isinstance(value, tuple) else value!r}`".replace("'", '"')


def page() -> str:
    """Return the page of the settings."""
    parts = [
        "# Settings",
        "What `pyproject.toml` can say. An option of a command goes before an [environment variable](environment.md), and that "
        "before a setting. An unknown setting is refused, and the nearest one named.",
    ]
    for table in TABLES:
        lines = [f"| `{name}` | {default} | {text} |" for name, default, text in rows(table)]
        parts.append(f"## `{table}`\n\n| setting | default | what it is |\n|---|---|---|\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"
