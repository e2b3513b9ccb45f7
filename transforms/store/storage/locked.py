"""An open file whose lock belongs to the process that took it.

A lock of ``flock`` stands for the open file, and a forked child has a copy of every open file: without this, a lock
would be held until the last worker of a pool had ended, whatever became of who took it.
"""

from __future__ import annotations

import fcntl
import os
import weakref


class LockedFile:
    """A descriptor that is closed in a forked child, and whose lock is given back when it is closed here.

    :param descriptor: an open file with a lock, or one that is about to get it.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._process = os.getpid()
        _open.add(self)

    @property
    def is_open(self) -> bool:
        """False once it was closed, and in a process that was forked from its own."""
        return self.descriptor >= 0

    def lock(self, kind: int) -> bool:
        """Take the lock without waiting.

        :param kind: ``fcntl.LOCK_EX`` or ``LOCK_SH``.
        :returns: False while somebody else holds it.
        """
        try:
            fcntl.flock(self.descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Give the lock back, also where a copy of the descriptor is left somewhere, and close the file."""
        if self.is_open:
            _open.discard(self)
            descriptor, self.descriptor = self.descriptor, -1
            try:
                if os.getpid() == self._process:  # in a child that is being forked the lock is still its parent's
                    fcntl.flock(descriptor, fcntl.LOCK_UN)
            finally:
                os.close(descriptor)


_open: weakref.WeakSet[LockedFile] = weakref.WeakSet()


def _in_child() -> None:
    for file in list(_open):
        os.close(file.descriptor)
        file.descriptor = -1
    _open.clear()


os.register_at_fork(after_in_child=_in_child)
