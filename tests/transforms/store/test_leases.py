"""At most one holder at a time, and none that outlives its process; on a disk and in a bucket."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from itertools import pairwise

import pytest

from transforms.errors import LeaseHeldError
from transforms.store import machine
from transforms.store.leases import acquire
from transforms.store.periodic import Periodic
from transforms.store.storage import object_lease
from transforms.store.storage.address import open_storage
from transforms.store.storage.base import Storage
from transforms.store.storage.object_lease import ObjectLease

NAME = "_locks/master/a.lock"


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest) -> Storage:
    """A root of each kind."""
    root = request.getfixturevalue("tmp_path" if request.param == "folder" else "bucket")
    return open_storage(root)


def test_a_second_holder_is_told_who_the_first_is(storage):
    """With its process, and how to wait; after the release the lease is free."""
    first = acquire(storage, NAME, "dataset /a", {"transform": "train"})
    with pytest.raises(LeaseHeldError, match=rf"dataset /a .*transform train, pid {os.getpid()}.*--wait"):
        acquire(storage, NAME, "dataset /a", {})
    assert storage.is_held(NAME)
    first.release()
    assert not storage.is_held(NAME)
    acquire(storage, NAME, "dataset /a", {}).release()


def test_waiting_takes_the_lease_when_it_is_given_back(storage):
    """Within the time that one is ready to wait."""
    first = acquire(storage, NAME, "a", {})
    threading.Timer(0.1, first.release).start()
    acquire(storage, NAME, "a", {}, wait_seconds=10).release()


def test_who_waits_looks_at_a_bucket_seldom_and_at_a_disk_often(storage, monkeypatch):
    """Each look at a bucket is a request that is paid for; a job that waits on a disk is to begin at once."""
    held = acquire(storage, NAME, "a", {})
    clock, looks, look = [0.0], [], type(storage).try_acquire
    monkeypatch.setattr(machine, "monotonic", lambda: clock[0])
    monkeypatch.setattr(machine, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    monkeypatch.setattr(type(storage), "try_acquire", lambda self, name: (looks.append(clock[0]), look(self, name))[1])
    with pytest.raises(LeaseHeldError):
        acquire(storage, NAME, "a", {}, wait_seconds=60)
    pauses = [later - earlier for earlier, later in pairwise(looks)]
    assert clock[0] == pytest.approx(60)
    if storage.is_local:
        assert max(pauses) <= 0.05
    else:
        assert len(looks) <= 75, "once a second, but for the first few"
        assert max(pauses) <= 2
    held.release()


def test_a_dead_process_holds_nothing(storage):
    """The lock of a process that was killed is free at once, and what it had written is there for whoever comes next."""
    code = f"""
from transforms.store.leases import acquire
from transforms.store.storage.address import open_storage
acquire(open_storage({storage.root!r}), {NAME!r}, "a", {{"staging": ["x"]}})
print("held", flush=True)
input()
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    assert storage.try_acquire(NAME) is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    lease = storage.try_acquire(NAME)
    assert lease is not None
    assert lease.content["staging"] == ["x"]
    lease.release()


def test_a_removed_lock_is_noticed(storage):
    """A lease on what somebody deleted is no longer ours."""
    lease = acquire(storage, NAME, "a", {})
    assert lease.is_ours
    storage.delete(NAME)
    assert not lease.is_ours
    lease.release()


def test_a_lease_of_another_machine_ends_when_nobody_renews_it(bucket, monkeypatch):
    """There it cannot be known whether a process lives; its old holder is told when it looks."""
    storage = open_storage(bucket)
    theirs = dict(object_lease.identity(), machine="another")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(object_lease, "identity", lambda: theirs)
        asleep = acquire(storage, NAME, "a", {})
    object_lease._renewals.discard(asleep)
    assert storage.try_acquire(NAME) is None
    monkeypatch.setattr(object_lease, "LEASE_SECONDS", 0.0)
    taken = storage.try_acquire(NAME)
    assert taken is not None
    assert not asleep.is_ours
    assert taken.is_ours
    asleep.release()  # does not take from us what is ours now
    assert taken.is_ours
    taken.release()


def test_a_holder_that_is_at_work_keeps_its_lease(bucket, monkeypatch):
    """Its process renews it before it ends."""
    storage = open_storage(bucket)
    monkeypatch.setattr(object_lease, "LEASE_SECONDS", 3.0)
    monkeypatch.setattr(object_lease, "_renewals", Periodic(ObjectLease.renew, lambda: 0.2, "leases"))
    elsewhere = dict(object_lease.identity(), machine="another")
    monkeypatch.setattr(object_lease, "identity", lambda: elsewhere)
    lease = acquire(storage, NAME, "a", {})
    threading.Event().wait(4.5)
    assert storage.try_acquire(NAME) is None
    lease.release()


def test_many_threads_never_hold_it_together(storage):
    """Also when what it stands on is removed at each release."""
    inside, most = [], []

    def work():
        for _ in range(20):
            lease = acquire(storage, NAME, "a", {}, wait_seconds=30)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            lease.release(remove=True)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (max(most), len(most)) == (1, 80)


def test_forked_workers_hold_no_lease(storage):
    """Neither one that was released while they live, nor one whose process was killed; and they release nothing."""
    code = f"""
import os, signal, sys
from transforms.store.leases import acquire
from transforms.store.storage.address import open_storage
storage = open_storage({storage.root!r})
ready = os.pipe()
released, held = acquire(storage, "_locks/a.lock", "a", {{}}), acquire(storage, "_locks/b.lock", "b", {{}})
worker = os.fork()
if worker == 0:
    held.release(remove=True)
    os.write(ready[1], b"1")
    signal.pause()
os.read(ready[0], 1)
released.release()
print(worker, flush=True)
input()
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    worker = int(process.stdout.readline())
    try:
        free = storage.try_acquire("_locks/a.lock")
        assert free is not None
        free.release()
        assert storage.try_acquire("_locks/b.lock") is None
        process.kill()
        process.wait()
        orphan = storage.try_acquire("_locks/b.lock")
        assert orphan is not None
        orphan.release()
    finally:
        os.kill(worker, signal.SIGKILL)


def test_a_lock_file_has_the_mode_that_the_umask_allows(tmp_path):
    """So that in a folder of a group each of its users can take the lock."""
    before = os.umask(0o002)
    try:
        open_storage(tmp_path).try_acquire(NAME).release()
    finally:
        os.umask(before)
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o664
