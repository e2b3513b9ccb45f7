"""This process as others should see it."""

from __future__ import annotations

import getpass
import os
import socket
from typing import Any


def whoami() -> dict[str, Any]:
    """Return what tells this process from others: its number ``pid``, its ``host`` and its ``user``, ready for JSON."""
    return {"pid": os.getpid(), "host": socket.gethostname(), "user": user_name()}


def user_name() -> str:
    """Return the name of the user, or their number where the system knows no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
