"""Ctrl-C around the commit point: a commit is either not begun or brought to its end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transforms.store.entry import Entry


class InterruptedAfterCommit(KeyboardInterrupt):
    """The user interrupted while a commit was under way: what it publishes is committed, and stays.

    :param entry: the ledger's row.
    """

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        written = ", ".join(key.replace(":", " ", 1) for key in entry.outputs)
        super().__init__(f"interrupted after commit #{entry.seq} was made: {written or 'nothing'} stays written")


_newest: Entry | None = None


def remember(entry: Entry) -> None:
    """Take note of a commit of this process; called where interruptions wait, so that none comes between."""
    global _newest
    _newest = entry


def newest_commit() -> Entry | None:
    """Return the newest commit of this process; None where it made none.

    Whoever is interrupted at any moment learns from it whether there is one that he does not know of.
    """
    return _newest


@dataclass
class Held:
    """Interruptions that wait.

    Attributes:
        came: whether one did.
    """

    came: bool = False


@contextmanager
def held_interrupts() -> Iterator[Held]:
    """Let Ctrl-C wait until the block is left.

    In any other thread than the main one nothing is done, as signals do not arrive there.

    :returns: tells whether one came; who handles Ctrl-C in this process was told of it then, and raised nothing.
    """
    held = Held()
    handler: Callable[[int, FrameType | None], Any] | int | None = None
    if threading.current_thread() is threading.main_thread():
        handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):
        yield held
        return

    def note(number: int, frame: FrameType | None) -> None:
        held.came = True

    signal.signal(signal.SIGINT, note)
    try:
        yield held
    finally:
        signal.signal(signal.SIGINT, handler)
        if held.came:
            with suppress(KeyboardInterrupt):
                handler(signal.SIGINT, None)
