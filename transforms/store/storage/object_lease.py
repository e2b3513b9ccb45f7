"""Leases of an object store: an object that its holder renews, and that others take over when it does not.

Every change of the object is a conditional put, so of two who take it over one succeeds. No commit rests on a lease's
time: who took over an output commits before or after its old holder, and who deletes what a transaction had staged notes
that in the ledger before; so a holder that slept through its end is found out at its commit.
"""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from transforms.common.json_text import from_json
from transforms.store import machine
from transforms.store.periodic import Periodic
from transforms.store.storage.base import Lease
from transforms.store.storage.errors import ObjectStoreError, told

if TYPE_CHECKING:
    from obstore.store import S3Store

LEASE_SECONDS = 60.0
"""How long after its last renewal a lease may be taken over, unless its process is known to have ended."""
_RENEWALS = 5  # in that time
_HOLDER = "holder"
_log = logging.getLogger(__name__)


class ObjectLease(Lease):
    """An exclusive hold on an object's name, renewed until it is released or the process ends.

    :param bucket: the client.
    :param name: the object.
    :param address: its address, for messages.
    :param content: what the object holds beside the holder.
    :param e_tag: the object's state after it was taken.
    """

    def __init__(self, bucket: S3Store, name: str, address: str, content: dict[str, Any], e_tag: str) -> None:
        self._bucket = bucket
        self._name = name
        self._address = address
        self._content = content
        self._e_tag: str | None = e_tag
        self._process = os.getpid()
        self._lock = machine.lock()
        _renewals.add(self)

    @property
    def is_ours(self) -> bool:
        """False once somebody else took it over; asking renews it."""
        return self._put(self._content, identity())

    @property
    def content(self) -> dict[str, Any]:
        """What its last holder had written, and since :meth:`write` what we wrote."""
        return self._content

    def write(self, content: Mapping[str, Any]) -> None:
        """Put what others should know about the holder into the object."""
        self._content = dict(content)
        self._put(self._content, identity())

    def renew(self) -> None:
        """Tell others that we live; a store that does not answer is asked again later."""
        try:
            self._put(self._content, identity())
        except ObjectStoreError as error:
            _log.warning("A lease could not be renewed and is tried again. %s", error)

    def release(self, remove: bool = False) -> None:
        """Give the lease back; ``remove`` deletes the object, for names that are used only once."""
        if os.getpid() != self._process:
            return  # a forked child: it is its parent's
        _renewals.discard(self)
        with suppress(OSError), told(self._address):  # a lease that cannot be given back ends by itself
            if self._put(self._content, None) and remove:
                self._bucket.delete(self._name)
        with self._lock:
            self._e_tag = None

    def _put(self, content: Mapping[str, Any], holder: Mapping[str, Any] | None) -> bool:
        with self._lock, told(self._address):
            if self._e_tag is None:
                return False
            self._e_tag = _replace(self._bucket, self._name, {**content, _HOLDER: holder}, self._e_tag)
            return self._e_tag is not None


def try_take(bucket: S3Store, name: str, address: str) -> ObjectLease | None:
    """Take the lease on a name, or return None while another process or thread holds it.

    :param bucket: the client.
    :param name: the object.
    :param address: its address, for messages.
    :raises ObjectStoreError: if the object store refuses or does not answer.
    """
    while True:
        with told(address):
            taken = _created(bucket, name)
            if taken is not None:
                return ObjectLease(bucket, name, address, {}, taken)
            try:
                found = bucket.get(name)
                content = _decoded(bytes(found.bytes()))
            except FileNotFoundError:
                continue  # it was deleted meanwhile
            holder, e_tag = content.pop(_HOLDER, None), str(found.meta["e_tag"])
            if _is_held(holder, found.meta["last_modified"]):
                return None
            if holder is not None and not is_dead(holder) and not _has_stopped(bucket, name, e_tag):
                return None
            taken = _replace(bucket, name, {**content, _HOLDER: identity()}, e_tag)
            if taken is not None:
                return ObjectLease(bucket, name, address, content, taken)


def _has_stopped(bucket: S3Store, name: str, e_tag: str) -> bool:
    """Whether a lease that looks old is not renewed while we look: the clocks of two machines may differ."""
    deadline = machine.monotonic() + 1.5 * LEASE_SECONDS / _RENEWALS
    while (left := deadline - machine.monotonic()) > 0:
        machine.sleep(min(left, 1.0))
        try:
            if str(bucket.head(name)["e_tag"]) != e_tag:
                return False
        except FileNotFoundError:
            return True
    return True


def is_taken(bucket: S3Store, name: str) -> bool:
    """Whether somebody alive holds the lease on a name."""
    try:
        found = bucket.get(name)
    except FileNotFoundError:
        return False
    return _is_held(_decoded(bytes(found.bytes())).get(_HOLDER), found.meta["last_modified"])


@cache
def _identity_of(pid: int) -> dict[str, Any]:
    return {
        "host": socket.gethostname(),
        "machine": _machine(),
        "pid": pid,
        "started": _started(pid),
        "process": machine.unique(),
    }


def identity() -> Mapping[str, Any]:
    """Return what tells this process from every other one, on whatever machine."""
    return _identity_of(os.getpid())


def is_dead(holder: Mapping[str, Any]) -> bool:
    """Whether a process of this very machine has ended; of other machines nothing is known."""
    mine = identity()
    if not mine["machine"] or holder.get("machine") != mine["machine"]:
        return False
    pid = int(holder["pid"])
    started = _started(pid)
    return not _exists(pid) if started is None else bool(started != holder["started"])


def _is_held(holder: Mapping[str, Any] | None, renewed: datetime) -> bool:
    if holder is None or is_dead(holder):
        return False
    return (machine.now() - renewed).total_seconds() < LEASE_SECONDS


def _machine() -> str:
    """Name the space in which process numbers have a meaning: one boot of a machine, one container of it."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return f"{file.read().strip()}/{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None  # it is not there, or this user may not see it
    return "ended" if fields[0] in "ZX" else fields[19]


def _created(bucket: S3Store, name: str) -> str | None:
    from obstore.exceptions import AlreadyExistsError

    content = _encoded({_HOLDER: identity()})
    try:
        return str(bucket.put(name, content, mode="create")["e_tag"])
    except AlreadyExistsError:
        return _tag_if_ours(bucket, name, content)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # it is somebody else's
    return True


def _replace(bucket: S3Store, name: str, content: Mapping[str, Any], e_tag: str) -> str | None:
    from obstore.exceptions import PreconditionError

    data = _encoded(content)
    try:
        return str(bucket.put(name, data, mode={"e_tag": e_tag})["e_tag"])
    except PreconditionError:
        return _tag_if_ours(bucket, name, data)
    except FileNotFoundError:
        return None


def _tag_if_ours(bucket: S3Store, name: str, data: bytes) -> str | None:
    # A put that succeeded is refused when it is tried again because its answer got lost.
    try:
        found = bucket.get(name)
        return str(found.meta["e_tag"]) if bytes(found.bytes()) == data else None
    except FileNotFoundError:
        return None


def _encoded(content: Mapping[str, Any]) -> bytes:
    # Never twice the same: two equal objects have the same tag, which would hide a change.
    return json.dumps({**content, "renewal": machine.unique()}).encode()


def _decoded(data: bytes) -> dict[str, Any]:
    try:
        content: dict[str, Any] = from_json(data)
    except ValueError:
        return {}
    content.pop("renewal", None)
    return content


_renewals: Periodic[ObjectLease] = Periodic(ObjectLease.renew, lambda: LEASE_SECONDS / _RENEWALS, "leases")
