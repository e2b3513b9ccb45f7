"""What a process that was forked from a working one cannot do.

Delta tables, Polars frames and buckets are read and written by threads, and a fork copies none of them: in the child such
a call would wait for ever or abort. So each of them is refused there in words. Spawned processes can do everything.
"""

from __future__ import annotations

import os

from transforms.errors import ForkedProcessError

_owner: int | None = None


def need_threads(what: str) -> None:
    """Take note that this process uses threads of native libraries, or refuse in one that was forked from such a process.

    :param what: what is about to happen, as a sentence begins: ``Reading dataset /a``.
    :raises ForkedProcessError: in a forked child whose parent had begun to use them.
    """
    global _owner
    if _owner is None:
        _owner = os.getpid()
    elif _owner != os.getpid():
        raise refusal(what, _owner)


def need_owner(what: str, owner: int) -> None:
    """Refuse what would be lost in another process than the one that runs the job.

    :param what: what is about to happen, as a sentence begins.
    :param owner: the number of that process.
    :raises ForkedProcessError: in any other process.
    """
    if os.getpid() != owner:
        raise ForkedProcessError(
            f"{what} is for the process that runs the job ({owner}); this is one forked from it ({os.getpid()}), and what "
            "it did would be lost. Return the values to that process and do it there."
        )


def refusal(what: str, owner: int | None) -> ForkedProcessError:
    """Return the error for what a forked process cannot do."""
    parent = "another" if owner is None else f"process {owner}"
    return ForkedProcessError(
        f"{what} does not work in process {os.getpid()}, which was forked from {parent}: the threads that this takes do "
        "not survive a fork. Read before the workers are started and give them what was read, or spawn them: "
        "multiprocessing.get_context('spawn'), DataLoader(multiprocessing_context='spawn')."
    )


def is_panic(error: BaseException) -> bool:
    """Whether native code of Polars, delta-rs or obstore broke down: their panics are no ``Exception``."""
    return any(kind.__name__ == "PanicException" for kind in type(error).__mro__)
