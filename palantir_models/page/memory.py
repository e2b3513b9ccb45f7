"""Memory that an answer took goes back to the system, so that one look at a long journal does not stay with the server."""

from __future__ import annotations

import ctypes

_MMAP_THRESHOLD = -3  # as glibc's malloc.h names it: M_MMAP_THRESHOLD
_LARGE = 1 << 20  # bytes


def give_back() -> None:
    """Have large arrays leave the process when they are let go of.

    Arrow keeps what it once had, and glibc keeps, in a heap for each thread, what is smaller than the largest array that was
    ever let go of. A server that answers in many threads would hold several times what it needs.
    """
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    program = ctypes.CDLL(None)
    if hasattr(program, "mallopt"):  # glibc; other systems give back by themselves
        program.mallopt(_MMAP_THRESHOLD, _LARGE)
