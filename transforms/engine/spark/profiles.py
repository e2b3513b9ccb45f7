"""Foundry's well-known Spark profiles as Spark properties. On a local master only those count that can change a result.

The amounts follow the order of the names; a project sets its own under ``[tool.transforms.spark.profiles.NAME]``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from functools import cache

from transforms.errors import nearest

_log = logging.getLogger(__name__)

_MEMORY = {
    "EXTRA_SMALL": "2g",
    "SMALL": "4g",
    "MEDIUM": "8g",
    "LARGE": "16g",
    "EXTRA_LARGE": "32g",
    "EXTRA_EXTRA_LARGE": "64g",
}
_OVERHEAD = {"SMALL": "1g", "MEDIUM": "2g", "LARGE": "4g", "EXTRA_LARGE": "8g"}
_CORES = {"EXTRA_SMALL": "1", "SMALL": "2", "MEDIUM": "4", "LARGE": "8", "EXTRA_LARGE": "16"}
_EXECUTORS = (1, 2, 4, 8, 16, 32, 64, 128)


def _known() -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = {}
    for size, memory in _MEMORY.items():
        known[f"DRIVER_MEMORY_{size}"] = {"spark.driver.memory": memory}
        known[f"EXECUTOR_MEMORY_{size}"] = {"spark.executor.memory": memory}
    for size, memory in _OVERHEAD.items():
        known[f"DRIVER_MEMORY_OVERHEAD_{size}"] = {"spark.driver.memoryOverhead": memory}
        known[f"EXECUTOR_MEMORY_OVERHEAD_{size}"] = {"spark.executor.memoryOverhead": memory}
    for size, cores in _CORES.items():
        known[f"DRIVER_CORES_{size}"] = {"spark.driver.cores": cores}
        known[f"EXECUTOR_CORES_{size}"] = {"spark.executor.cores": cores}
    for number in _EXECUTORS:
        known[f"NUM_EXECUTORS_{number}"] = {
            "spark.dynamicAllocation.enabled": "false",
            "spark.executor.instances": str(number),
        }
        known[f"DYNAMIC_ALLOCATION_MAX_{number}"] = {
            "spark.dynamicAllocation.enabled": "true",
            "spark.dynamicAllocation.shuffleTracking.enabled": "true",
            "spark.dynamicAllocation.maxExecutors": str(number),
        }
        known[f"DYNAMIC_ALLOCATION_MIN_{number}"] = {
            "spark.dynamicAllocation.enabled": "true",
            "spark.dynamicAllocation.shuffleTracking.enabled": "true",
            "spark.dynamicAllocation.minExecutors": str(number),
        }
    for switch, value in (("ENABLED", "true"), ("DISABLED", "false")):
        known[f"DYNAMIC_ALLOCATION_{switch}"] = {
            "spark.dynamicAllocation.enabled": value,
            "spark.dynamicAllocation.shuffleTracking.enabled": value,
        }
        known[f"ARROW_{switch}"] = {"spark.sql.execution.arrow.pyspark.enabled": value}
        known[f"AUTO_BROADCAST_JOIN_{switch}"] = {
            "spark.sql.autoBroadcastJoinThreshold": "10485760" if value == "true" else "-1"
        }
        known[f"ADAPTIVE_{switch}"] = {"spark.sql.adaptive.enabled": value}
        known[f"CROSS_JOIN_{switch}"] = {"spark.sql.crossJoin.enabled": value}
        known[f"SPECULATIVE_EXECUTION_{switch}"] = {"spark.speculation": value}
    known["ALLOW_ADD_MONTHS"] = {}
    # A build has one session for all of its jobs, so a job that could do without executors shares those of others.
    known["KUBERNETES_NO_EXECUTORS"] = {}
    known["KUBERNETES_NO_EXECUTORS_SMALL"] = {}
    for size in ("SMALL", "MEDIUM", "LARGE", "EXTRA_LARGE"):
        known[f"SHUFFLE_PARTITIONS_{size}"] = {
            "spark.sql.shuffle.partitions": str(200 * 2 ** list(_MEMORY).index(size))
        }
    known["LEGACY_DATETIME_PARSING"] = {"spark.sql.legacy.timeParserPolicy": "LEGACY"}
    known["SPARK_LEGACY_DATETIME"] = {"spark.sql.legacy.timeParserPolicy": "LEGACY"}
    return known


_KNOWN = _known()
_AMOUNTS = ("spark.sql.shuffle.partitions", "spark.sql.autoBroadcastJoinThreshold")
_NUMBERED = re.compile(r"(NUM_EXECUTORS|DYNAMIC_ALLOCATION_MAX|DYNAMIC_ALLOCATION_MIN)_(\d+)")


def results_of(profiles: Iterable[str], own: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the properties that hold on any machine: Spark SQL's, but for amounts.

    :param profiles: names of profiles.
    :param own: those of the project.
    """
    return {
        key: value
        for key, value in confs_of(profiles, own).items()
        if key.startswith("spark.sql.") and key not in _AMOUNTS
    }


def confs_of(profiles: Iterable[str], own: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the Spark properties that profiles stand for; a later profile wins.

    :param profiles: their names.
    :param own: those of the project, which win over the well-known ones of the same name.
    :returns: the properties; a name that is neither stands for none, with a warning that names the nearest.
    """
    confs: dict[str, str] = {}
    for name in profiles:
        if name in own:
            confs |= own[name]
        elif name in _KNOWN:
            confs |= _KNOWN[name]
        elif match := _NUMBERED.fullmatch(name):
            template = _KNOWN[f"{match[1]}_1"]
            confs |= {key: match[2] if value == "1" else value for key, value in template.items()}
        else:
            _warn_of_unknown(name, nearest(name, [*own, *_KNOWN]))
    return confs


@cache  # each job asks
def _warn_of_unknown(name: str, suggestion: str) -> None:
    _log.warning(
        "Nothing is known of the Spark profile %r, so it changes nothing.%s Say what it stands for in pyproject.toml, "
        "under [tool.transforms.spark.profiles.%s].",
        name,
        suggestion,
        name,
    )
