"""What a project says of an external system: ``[tool.transforms.sources."RID"]``."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from transforms.common import known_secrets
from transforms.errors import ConfigError, nearest

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TABLES = ("headers", "query", "secrets")


@dataclass(frozen=True)
class SourceSettings:
    """Where an external system is, and where its secrets are.

    Attributes:
        name: what the code calls it, usually a RID.
        url: where its HTTPS interface begins.
        headers: what each request carries; ``${NAME}`` stands for an environment variable.
        query: parameters of each request; the same.
        secrets: for each secret the environment variable that holds it.
        certificate: the file of the certificate that this side shows.
        private_key: the file of its key.
        certificates: the file of the certificates that the other side is trusted by; the usual ones when None.
        configuration: whatever else its clients want to know.
    """

    name: str
    url: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    certificate: str | None = None
    private_key: str | None = None
    certificates: str | None = None
    configuration: Any = None

    @property
    def place(self) -> str:
        """The table of pyproject.toml that has them."""
        return f'[tool.transforms.sources."{self.name}"]'

    def secret(self, name: str) -> str:
        """Return the value of a secret.

        :param name: its name in the source.
        :raises ConfigError: if it is not declared, or its environment variable is not set; says what to type.
        """
        if name not in self.secrets:
            variable = re.sub(r"\W+", "_", name).upper() or "SECRET"
            raise ConfigError(
                f"The source {self.name!r} has no secret {name!r} here.{nearest(name, self.secrets)} Name the environment "
                f'variable that holds it in pyproject.toml, {self.place}: secrets = {{ {name} = "{variable}" }}'
            )
        return known_secrets.remember(self._variable(self.secrets[name], f"the secret {name!r}"))

    def filled(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Return headers or query parameters with environment variables in their places.

        :param texts: :attr:`headers` or :attr:`query`.
        :raises ConfigError: if a variable is not set.
        """
        return {name: self._filled(text, repr(name)) for name, text in texts.items()}

    def _filled(self, text: str, what: str) -> str:
        return _REFERENCE.sub(lambda found: self._variable(found[1], what), text)

    def _variable(self, variable: str, what: str) -> str:
        value = os.environ.get(variable)
        if not value:
            raise ConfigError(
                f"The source {self.name!r} takes {what} from the environment variable {variable}, which is not set: "
                f"export {variable}=..."
            )
        return value


_SETTINGS = tuple(known.name for known in fields(SourceSettings) if known.name != "name")


def source_settings(name: str, table: Mapping[str, Any]) -> SourceSettings:
    """Read what a project says of a source.

    :param name: what the code calls the source.
    :param table: its table in pyproject.toml.
    :raises ConfigError: if a setting is unknown, or a value is of the wrong type; a secret's value is never repeated.
    """
    settings = SourceSettings(name, **{key: _checked(name, key, value) for key, value in table.items()})
    for secret, variable in settings.secrets.items():
        if not _VARIABLE.fullmatch(variable):
            raise ConfigError(
                f"{settings.place}: the secret {secret!r} must be the name of an environment variable, and what is written "
                f"there is none: a secret's value does not belong into a file."
            )
    if (settings.certificate is None) != (settings.private_key is None):
        raise ConfigError(f"{settings.place}: a certificate needs both certificate and private_key.")
    return settings


def _checked(name: str, key: str, value: Any) -> Any:
    where = f'[tool.transforms.sources."{name}"]'
    if key not in _SETTINGS:
        raise ConfigError(
            f"{where}: unknown setting {key!r}.{nearest(key, _SETTINGS)} There are: {', '.join(_SETTINGS)}."
        )
    if key == "configuration":
        return value
    if key in _TABLES:
        if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
            raise ConfigError(f"{where}: {key} must be a table of names and texts.")
    elif not isinstance(value, str) or not value:
        raise ConfigError(f"{where}: {key} must be text.")
    return value
