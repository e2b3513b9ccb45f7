"""Testing transforms on small real data: the job runs as it does in a build, in a store of its own.

Names are imported when they are first used, as every pytest that this package is installed beside imports the plugin.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from transforms.errors import nearest

if TYPE_CHECKING:
    from transforms.testing.clock import FrozenClock
    from transforms.testing.comparing import assert_table_equal
    from transforms.testing.result import Output, TransformResult
    from transforms.testing.run import run_transform
    from transforms.testing.sources import FakeSource

__all__ = ["FakeSource", "FrozenClock", "Output", "TransformResult", "assert_table_equal", "run_transform"]

_MODULES = {
    "FakeSource": "sources",
    "FrozenClock": "clock",
    "Output": "result",
    "TransformResult": "result",
    "assert_table_equal": "comparing",
    "run_transform": "run",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"transforms.testing has no {name!r}.{nearest(name, __all__)}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
