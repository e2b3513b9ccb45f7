"""Foundry's ``transforms.mediasets``: declaring media sets, and the types that compute functions receive."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from transforms.spec.media import MediaSetInput, MediaSetOutput

if TYPE_CHECKING:
    from transforms.run.media import MediaSetInputParam, MediaSetOutputParam

__all__ = ["MediaSetInput", "MediaSetInputParam", "MediaSetOutput", "MediaSetOutputParam"]


def __getattr__(name: str) -> Any:
    """Import what only running jobs need when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module("transforms.run.media"), name)
    globals()[name] = value
    return value
