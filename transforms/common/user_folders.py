"""The folders of this user in which files lie that belong to no store."""

from __future__ import annotations

import os
from pathlib import Path

_NAME = "transforms-on-delta"


def cache_folder() -> Path:
    """Return the folder for what can be made anew."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / _NAME


def state_folder() -> Path:
    """Return the folder for what is kept until it has reached a store."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / _NAME
