"""Let something happen at the n-th place at which Python would run a signal handler: every place can be tried, one by one.

CPython looks for signals when a function begins, after a call and where a loop turns round, and nowhere else. A trace function
that sees each instruction knows these places; what it calls, or raises, comes where a handler's would.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import palantir_models.experiment

_PACKAGE = next(iter(palantir_models.experiment.__path__))
_LETS_IN = ("RESUME", "CALL", "JUMP_BACKWARD", "POP_JUMP_BACKWARD")


class Places:
    """Counts the places of the experiment's code and calls an action at one of them.

    :param at: the number of the place, from 0; None calls it nowhere.
    :param action: what to call; an exception that it raises comes out of the place.
    :param within: the end of a module's file name; places of other modules do not count.
    """

    def __init__(self, at: int | None = None, action: Callable[[], None] = lambda: None, within: str = "") -> None:
        self.count = 0
        self._at = at
        self._action = action
        self._within = within
        self._latest: dict[FrameType, int] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at what this thread does in a block."""
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(before)

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        file = frame.f_code.co_filename
        if not (file.startswith(_PACKAGE) and file.endswith(self._within)):
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return self._step

    def _step(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        if event == "opcode":
            latest = self._latest.get(frame)
            self._latest[frame] = frame.f_lasti
            if latest is not None and _name(frame.f_code.co_code[latest]).startswith(_LETS_IN):
                here, self.count = self.count, self.count + 1
                if here == self._at:
                    self._action()
        elif event == "return":
            self._latest.pop(frame, None)
        return self._step


def _name(opcode: int) -> str:
    return dis.opname[opcode]
