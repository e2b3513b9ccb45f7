"""Leases: at most one live job builds an output at a time."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from transforms.common.json_text import from_json
from transforms.errors import LeaseHeldError
from transforms.store import machine
from transforms.store.process import whoami
from transforms.store.storage.base import Lease, Storage

_LOCAL_PAUSE, _PAUSE = 0.05, 2.0  # the longest between two looks, in seconds; a bucket is asked seldom, as each costs


def acquire(  # noqa: PLR0913 (who waits, for what, and how the error names it)
    storage: Storage,
    name: str,
    what: str,
    holder: Mapping[str, Any],
    wait_seconds: float = 0.0,
    done: str = "built",
) -> Lease:
    """Take a lease.

    :param storage: the store's storage.
    :param name: the name of the lease.
    :param what: what the lease is for, as an error names it: ``dataset /examples/wine/raw``.
    :param holder: what others are told about us, beside process, host, user and time.
    :param wait_seconds: how long to wait for another holder, in seconds.
    :param done: what is done to it under the lease, for messages.
    :raises LeaseHeldError: if another job holds it for longer than that.
    """
    deadline, pause = machine.monotonic() + wait_seconds, 0.02
    while (lease := storage.try_acquire(name)) is None:
        if machine.monotonic() >= deadline:
            raise LeaseHeldError(
                f"{what} is being {done} by another job ({_describe(storage, name)}). Nothing was changed; try again when "
                f"it has ended, or wait for it with --wait SECONDS."
            )
        machine.sleep(min(pause * random.uniform(0.5, 1.0), max(deadline - machine.monotonic(), 0.0)))
        pause = min(1.5 * pause, _LOCAL_PAUSE if storage.is_local else _PAUSE)
    lease.write({**holder, **whoami(), "since": machine.now().isoformat(timespec="seconds")})
    return lease


@contextmanager
def tried(storage: Storage, name: str, only_look: bool = False, remove: bool = False) -> Iterator[bool]:
    """Hold a lease, unless somebody else does.

    :param storage: the store's storage.
    :param name: the name of the lease.
    :param only_look: do not take it, as that writes.
    :param remove: delete what it stands on afterwards.
    :returns: whether nobody else holds it.
    """
    lease = None if only_look else storage.try_acquire(name)
    try:
        yield not storage.is_held(name) if only_look else lease is not None
    finally:
        if lease is not None:
            lease.release(remove=remove)


@contextmanager
def tried_all(storage: Storage, names: Iterable[str], only_look: bool = False) -> Iterator[bool]:
    """Hold several leases, unless somebody else holds one of them.

    :param storage: the store's storage.
    :param names: the names of the leases.
    :param only_look: do not take them, as that writes.
    :returns: whether nobody else holds one.
    """
    with ExitStack() as held:
        yield all(held.enter_context(tried(storage, name, only_look)) for name in names)


def _describe(storage: Storage, name: str) -> str:
    try:
        holder = from_json(storage.read(name))
        return ", ".join(f"{key} {holder[key]}" for key in ("transform", "pid", "host", "since") if key in holder)
    except (OSError, ValueError):
        return f"lease {storage.uri(name)}"
