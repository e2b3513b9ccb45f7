"""What tests that start real processes share."""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

_REPOSITORY = Path(__file__).parents[1]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def object_store() -> Iterator[str]:
    """Run a server that speaks S3 on this machine; yield its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.s3_server", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=_REPOSITORY,
    )

    def answers() -> bool:
        assert server.poll() is None, "the object store did not start"
        try:
            urlopen(address).close()
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


def import_like(act: Callable[[], object]) -> None:
    """Import what something imports when it is done, by having a child do it.

    Who forks children that do the same spares each of them the importing. Done in the process itself it would leave threads
    behind, which children do not inherit.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            act()
            os.write(writing, json.dumps(list(sys.modules)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        names = json.load(told)
    os.waitpid(child, 0)
    for name in names:
        if (
            name not in sys.modules and find_spec(name.partition(".")[0]) is not None
        ):  # not what only the child could find
            importlib.import_module(name)


class Nursery:
    """A process that has everything imported and forks a child for each order, so that a death costs no start-up.

    :param script: the program it runs, which reads an order a line, as JSON, and answers each with an exit status.
    :param environment: what it has in its environment beside the search paths.
    """

    def __init__(self, script: Path, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_REPOSITORY,
            env={
                "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
                "PYTHONPATH": f"{_REPOSITORY}:{script.parent}",
                "HOME": str(Path.home()),
                "RUST_BACKTRACE": "0",
                **environment,
            },
        )

    def send(self, **order: Any) -> None:
        """Give an order without waiting for it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def receive(self) -> int:
        """Wait for the child, and return its exit status; -9 where it was killed."""
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        assert answer, "the nursery itself died"
        return int(answer)

    def run(self, **order: Any) -> int:
        """Give an order and wait for it."""
        self.send(**order)
        return self.receive()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=300)
