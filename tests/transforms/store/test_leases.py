"""At most one holder at a time, and none that outlives its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from transforms.errors import LeaseHeldError
from transforms.store.leases import acquire, try_acquire


def test_a_second_holder_is_told_who_the_first_is(tmp_path):
    """With its process, and how to wait; after the release the lease is free."""
    path = tmp_path / "locks" / "a.lock"
    first = acquire(path, "dataset /a", {"transform": "train"})
    with pytest.raises(LeaseHeldError, match=rf"dataset /a .*transform train, pid {os.getpid()}.*--wait"):
        acquire(path, "dataset /a", {})
    first.release()
    acquire(path, "dataset /a", {}).release()


def test_waiting_takes_the_lease_when_it_is_given_back(tmp_path):
    """Within the time that one is ready to wait."""
    path = tmp_path / "a.lock"
    first = acquire(path, "a", {})
    threading.Timer(0.1, first.release).start()
    acquire(path, "a", {}, wait_seconds=10).release()


def test_a_dead_process_holds_nothing(tmp_path):
    """The system frees the lock of a process that was killed."""
    path = tmp_path / "a.lock"
    code = f"""
from pathlib import Path
from transforms.store.leases import acquire
acquire(Path({str(path)!r}), "a", {{}})
print("held", flush=True)
input()
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    assert try_acquire(path) is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    lease = try_acquire(path)
    assert lease is not None
    lease.release()


def test_a_removed_lock_file_is_noticed(tmp_path):
    """A lease whose file somebody deleted is no longer ours."""
    lease = acquire(tmp_path / "a.lock", "a", {})
    assert lease.is_ours
    (tmp_path / "a.lock").unlink()
    assert not lease.is_ours
    lease.release()


def test_many_threads_never_hold_it_together(tmp_path):
    """Also when the file is removed at each release."""
    inside, most = [], []

    def work():
        for _ in range(20):
            lease = acquire(tmp_path / "a.lock", "a", {}, wait_seconds=30)
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
