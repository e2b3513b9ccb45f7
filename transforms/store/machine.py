"""What the store asks of the machine it runs on: the time, chance, threads.

Code calls these through the module, ``machine.sleep(1)``, so that a simulation can put a machine of its own in their place.
"""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime


def now() -> datetime:
    """Return what the machine's clock shows; clocks of two machines differ, and any may be put back."""
    return datetime.fromtimestamp(time.time(), UTC)


def milliseconds() -> int:
    """Return the same in milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Return seconds that never run backwards, to measure a time with."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Do nothing for a while."""
    time.sleep(seconds)


def unique() -> str:
    """Return 32 hexadecimal digits that nobody else has."""
    return os.urandom(16).hex()


def pool(threads: int, name: str) -> Executor:
    """Return threads that work side by side.

    :param threads: how many at most.
    :param name: what their names begin with.
    """
    return ThreadPoolExecutor(threads, thread_name_prefix=name)


def lock() -> AbstractContextManager[object]:
    """Return a lock between the threads of this process."""
    return threading.Lock()
