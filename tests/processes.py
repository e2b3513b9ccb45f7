"""What tests that start real processes share."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def object_store() -> Iterator[str]:
    """Run a server that speaks S3 on this machine; yield its address."""
    address = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", address.rpartition(":")[2]]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers() -> bool:
        assert server.poll() is None, "the object store did not start"
        try:
            urlopen(f"{address}/moto-api/").close()
        except URLError:
            return False
        return True

    try:
        await_true(answers, "the start of the object store", 60)
        yield address
    finally:
        server.kill()
        server.wait()


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
