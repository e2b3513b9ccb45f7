"""Whether a cluster answers, asked before Spark spends a minute on finding out."""

from __future__ import annotations

import re
import socket

from transforms.errors import EngineError

_ADDRESS = re.compile(r"(?P<host>\[[^\]]+\]|[^:,/;]+):(?P<port>\d+)")
_SECONDS = 10


def check_reachable(master: str) -> None:
    """Refuse a master that nothing answers for.

    :param master: the address as it is configured; of several masters, one is enough. Masters that have no address in
        them (``local[*]``, ``yarn``) are not asked.
    :raises EngineError: if no connection can be made within 10 s.
    """
    if not master.startswith(("spark://", "sc://")):
        return
    addresses = [(match["host"].strip("[]"), int(match["port"])) for match in _ADDRESS.finditer(master.split("://")[1])]
    reasons = []
    for host, port in addresses:
        try:
            socket.create_connection((host, port), _SECONDS).close()
        except OSError as error:
            reasons.append(f"{host}:{port}: {error.strerror or error}")
        else:
            return
    if reasons:
        raise EngineError(
            f"Nothing answers at {master} ({'; '.join(reasons)}). Start the cluster, or correct master under "
            "[tool.transforms.spark] in pyproject.toml; 'local[*]' runs Spark on this machine."
        )
