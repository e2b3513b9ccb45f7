"""One thread of a process that calls something for each of several things, again and again."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Periodic(Generic[T]):
    """Calls a function for each of its things, one after the other, as long as the process lives.

    A forked child begins with none of its parent's.

    :param call: the function; it must not raise.
    :param seconds: tells the time between two rounds, in seconds.
    :param name: the name of the thread.
    """

    def __init__(self, call: Callable[[T], None], seconds: Callable[[], float], name: str) -> None:
        self._call = call
        self._seconds = seconds
        self._name = name
        self._things: list[T] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._owner = os.getpid()

    @property
    def things(self) -> list[T]:
        """What it is called for, in this process."""
        with self._lock:
            return list(self._things) if self._owner == os.getpid() else []

    def add(self, thing: T) -> None:
        """Call the function for one more."""
        with self._lock:
            if self._owner != os.getpid():
                self._things, self._thread, self._owner = [], None, os.getpid()
            self._things.append(thing)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def discard(self, thing: T) -> None:
        """Call it no more for one; nothing happens if it is none of them."""
        with self._lock:
            if thing in self._things:
                self._things.remove(thing)

    def once(self) -> None:
        """Call it now, in the caller's thread."""
        for thing in self.things:
            self._call(thing)

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(self._seconds()):
            self.once()
