"""Threads that compress images, so that training does not wait for them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
_THREADS = 2  # zlib works without Python's lock; more would take the training's cores
_MOST_BYTES = 24 << 20  # of pixels that wait: what two threads compress in about 200 ms


class _Encoder:
    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="images")
        self._waiting = 0
        self._changed = threading.Condition()

    def submit(self, encode: Callable[[], T], size: int) -> Future[T]:
        with self._changed:
            # One image larger than all the room is taken when nothing else waits.
            self._changed.wait_for(lambda: not self._waiting or self._waiting + size <= _MOST_BYTES)
            self._waiting += size
        future = self._pool.submit(encode)
        future.add_done_callback(lambda _: self._done(size))
        return future

    def _done(self, size: int) -> None:
        with self._changed:
            self._waiting -= size
            self._changed.notify_all()


_encoder: _Encoder | None = None
_lock = threading.Lock()


def submit(encode: Callable[[], T], size: int) -> Future[T]:
    """Compress an image in the background; waits while too much is waiting already.

    :param encode: returns the compressed image.
    :param size: bytes of its pixels.
    :returns: the compressed image, when it is ready.
    """
    global _encoder
    with _lock:
        if _encoder is None:
            _encoder = _Encoder()
        encoder = _encoder
    return encoder.submit(encode, size)


def _in_child() -> None:
    global _encoder, _lock
    _encoder, _lock = None, threading.Lock()  # the parent's threads are not in this process


os.register_at_fork(after_in_child=_in_child)
