"""``[tool.transforms.jobs]``: how often a job is tried, and how long it may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from transforms.errors import ConfigError, nearest


@dataclass(frozen=True)
class JobSettings:
    """How jobs of a build are run.

    Attributes:
        retries: how often a job is tried again whose failure may pass.
        retry_wait_seconds: how long to wait before the first of these tries; before each further one, twice as long.
        retry_longest_seconds: the longest such wait.
        retry_errors: names of errors of the user's code that are tried again, too: ``shop.api.Busy``; ``*`` for any.
        time_limit_seconds: how long a job may take; None for as long as it likes.
    """

    retries: int = 0
    retry_wait_seconds: float = 1.0
    retry_longest_seconds: float = 60.0
    retry_errors: tuple[str, ...] = ()
    time_limit_seconds: float | None = None


_SETTINGS = tuple(field.name for field in fields(JobSettings))


def job_settings(table: Mapping[str, Any], where: str) -> JobSettings:
    """Read what a project says of its jobs.

    :param table: the table of pyproject.toml.
    :param where: the file, for messages.
    :raises ConfigError: if a setting is unknown, or a value cannot be used.
    """
    place = f"{where}, [tool.transforms.jobs]"
    for name, value in table.items():
        if name not in _SETTINGS:
            raise ConfigError(
                f"{place}: unknown setting {name!r}.{nearest(name, _SETTINGS)} There are: {', '.join(_SETTINGS)}."
            )
        if name == "retry_errors":
            if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
                raise ConfigError(
                    f'{place}: retry_errors must be a list of names of errors, such as ["shop.api.Busy"].'
                )
        elif isinstance(value, bool) or not isinstance(value, int if name == "retries" else (int, float)) or value < 0:
            kind = "a whole number" if name == "retries" else "a number of seconds"
            raise ConfigError(f"{place}: {name} must be {kind}, 0 or more; got {value!r}.")
        elif name == "time_limit_seconds" and value == 0:
            raise ConfigError(f"{place}: time_limit_seconds must be more than 0; leave it out for no limit.")
    return JobSettings(**{**table, "retry_errors": tuple(table.get("retry_errors", ()))})
