"""``[tool.transforms.spark]``: where Spark runs and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from transforms.errors import ConfigError, nearest

_TEXTS = ("master",)
_LISTS = ("packages", "jars")
_MASTERS = ("local", "spark://", "yarn", "k8s://", "sc://")


@dataclass(frozen=True)
class SparkSettings:
    """How Spark is started.

    Attributes:
        master: ``local[*]``, ``spark://host:port``, ``yarn``, ``k8s://…``, or ``sc://host:port`` for Spark Connect.
        conf: Spark properties; they win over everything that is set here otherwise.
        packages: Maven coordinates that Spark fetches at its start.
        jars: paths of jar files.
        delta: whether Delta's jar is used; None for where it is on this machine.
        profiles: Spark properties by the name of a profile, in addition to the well-known ones.
    """

    master: str = "local[*]"
    conf: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    jars: tuple[str, ...] = ()
    delta: bool | None = None
    profiles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def is_local(self) -> bool:
        """Whether driver and executors are one process of this machine."""
        return self.master.startswith("local")

    @property
    def is_connect(self) -> bool:
        """Whether the driver is a server that Spark Connect speaks to."""
        return self.master.startswith("sc://")

    @property
    def brings_delta(self) -> bool:
        """Whether the packages or jars name Delta's own."""
        return any("delta-spark" in name for name in (*self.packages, *self.jars))

    @classmethod
    def from_config(cls, section: Mapping[str, Any]) -> SparkSettings:
        """Read the section of the configuration.

        :param section: ``[tool.transforms.spark]``.
        :raises ConfigError: if a setting is unknown (the nearest is named) or has a value of the wrong type.
        """
        known = [f.name for f in fields(cls)]
        for name, value in section.items():
            if name not in known:
                raise ConfigError(f"[tool.transforms.spark]: unknown setting {name!r}.{nearest(name, known)}")
            _check(name, value)
        values: dict[str, Any] = dict(section)
        if "conf" in values:
            values["conf"] = _texts(values["conf"])
        if "profiles" in values:
            values["profiles"] = {name: _texts(conf) for name, conf in values["profiles"].items()}
        values |= {name: tuple(values[name]) for name in _LISTS if name in values}
        return cls(**values)


def _check(name: str, value: Any) -> None:
    if name in _TEXTS:
        if not isinstance(value, str) or not value.startswith(_MASTERS):
            raise ConfigError(
                f"[tool.transforms.spark]: {name} is a Spark master such as 'local[*]', 'spark://host:7077', 'yarn', "
                f"'k8s://…' or 'sc://host:15002'; got {value!r}."
            )
    elif name in _LISTS:
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise ConfigError(f"[tool.transforms.spark]: {name} is a list of texts; got {value!r}.")
    elif name == "delta":
        if not isinstance(value, bool):
            raise ConfigError(f"[tool.transforms.spark]: delta is true or false; got {value!r}.")
    elif not isinstance(value, Mapping) or (
        name == "profiles" and not all(isinstance(conf, Mapping) for conf in value.values())
    ):
        raise ConfigError(f"[tool.transforms.spark.{name}] is a table; got {value!r}.")


def _texts(conf: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in conf.items()}
