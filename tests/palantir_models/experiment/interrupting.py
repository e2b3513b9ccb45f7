"""Let something happen at the n-th place at which Python would run a signal handler: every place can be tried, one by one.

CPython looks for signals when a function begins, after a call and where a loop turns round, and nowhere else. Who is told of each
instruction knows these places; what it calls, or raises, comes where a handler's would.
"""

from __future__ import annotations

import dis
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

import palantir_models.experiment

_PACKAGE = next(iter(palantir_models.experiment.__path__))
_LETS_IN = ("RESUME", "CALL", "JUMP_BACKWARD", "POP_JUMP_BACKWARD")
_TOOL = 4  # of sys.monitoring's, one that is nobody's by convention


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
        # A trace function is told of each instruction up to Python 3.11, and after that of those of some functions alone.
        with self._monitored() if sys.version_info >= (3, 12) else self._traced():
            yield
        self._latest.clear()

    @contextmanager
    def _traced(self) -> Iterator[None]:
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(before)

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        if not self._counts(frame.f_code):
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return self._step

    def _step(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        if event == "opcode":
            self._reach(frame, frame.f_lasti)
        return self._step

    @contextmanager
    def _monitored(self) -> Iterator[None]:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
        thread = threading.get_ident()

        def reach(code: CodeType, offset: int) -> Any:
            if not self._counts(code):
                return monitoring.DISABLE
            if threading.get_ident() == thread:
                self._reach(sys._getframe(1), offset)
            return None

        monitoring.use_tool_id(_TOOL, "places")
        monitoring.register_callback(_TOOL, monitoring.events.INSTRUCTION, reach)
        monitoring.restart_events()
        monitoring.set_events(_TOOL, monitoring.events.INSTRUCTION)
        try:
            yield
        finally:
            monitoring.set_events(_TOOL, 0)
            monitoring.register_callback(_TOOL, monitoring.events.INSTRUCTION, None)
            monitoring.free_tool_id(_TOOL)

    def _counts(self, code: CodeType) -> bool:
        return code.co_filename.startswith(_PACKAGE) and code.co_filename.endswith(self._within)

    def _reach(self, frame: FrameType, offset: int) -> None:
        """Come to an instruction; the place is behind the one before, in the same call."""
        latest = self._latest.get(frame)
        self._latest[frame] = offset
        if latest is not None and _lets_in(frame.f_code.co_code[latest]):
            here, self.count = self.count, self.count + 1
            if here == self._at:
                self._action()


def _lets_in(opcode: int) -> bool:
    name = dis.opname[opcode]
    return name.startswith(_LETS_IN) and not name.startswith("CALL_INTRINSIC")  # which calls nothing of Python's
