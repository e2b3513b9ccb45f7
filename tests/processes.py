"""What tests that start real processes share."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def await_true(condition: Callable[[], bool], what: str, seconds: float) -> None:
    """Wait until a condition holds, and fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen in {seconds} s"
        time.sleep(0.05)


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a process that leads a session of its own, and all that it started, at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(300)
