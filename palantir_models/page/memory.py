"""Memory that an answer took goes back to the system, so that one look at a long journal does not stay with the server; what
the server is made of is not looked through for what could go."""

from __future__ import annotations

import ctypes
import gc

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


def settle() -> None:
    """Have Python's collection of cycles leave out what there is by now, mostly modules, until :func:`unsettle`.

    An answer of ten thousand experiments makes so many objects that it would go through all of these several times.
    """
    gc.freeze()


def unsettle() -> None:
    """Have it look at everything again, as libraries want to be taken down in order when the process ends."""
    gc.unfreeze()
