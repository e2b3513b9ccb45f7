"""A process's folder for files on their way: its own, and gone with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

STARTS = """
    import sys
    from transforms.store.storage.scratch import scratch_folder
    (scratch_folder() / "file").write_text("x")
    print(scratch_folder(), flush=True)
    sys.stdin.readline()
"""


def start(cache: Path) -> subprocess.Popen[str]:
    """Start a process that has a scratch folder in a cache folder of the test's."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(STARTS)],
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def folder_of(process: subprocess.Popen[str]) -> Path:
    """Wait until it has one."""
    assert process.stdout is not None
    return Path(process.stdout.readline().strip())


def test_a_process_leaves_nothing(tmp_path):
    """And what a killed one left, the next one deletes; that of a living one stays."""
    living, dying = start(tmp_path), start(tmp_path)
    folders = [folder_of(living), folder_of(dying)]
    dying.send_signal(signal.SIGKILL)
    dying.wait()
    assert [(folder / "file").exists() for folder in folders] == [True, True]
    third = start(tmp_path)
    folder_of(third)
    assert [folder.exists() for folder in folders] == [True, False]
    for process in (living, third):
        process.communicate("\n", timeout=300)
    assert list((tmp_path / "transforms-on-delta" / "scratch").iterdir()) == []


def test_many_that_start_at_once_have_one_each(tmp_path):
    """None takes the folder of another that has only just made it."""
    processes = [start(tmp_path) for _ in range(8)]
    folders = [folder_of(process) for process in processes]
    assert len(set(folders)) == 8
    assert all((folder / "file").exists() for folder in folders)
    for process in processes:
        process.communicate("\n", timeout=300)
        assert process.returncode == 0


def test_threads_of_a_process_share_one(tmp_path):
    """Also when they ask for it at the same moment, while folders of dead processes are being deleted."""
    dead = start(tmp_path)
    folder_of(dead)
    dead.send_signal(signal.SIGKILL)
    dead.wait()
    code = """
        from concurrent.futures import ThreadPoolExecutor
        from transforms.store.storage.address import open_storage
        storage = open_storage("s3://lake/store")
        with ThreadPoolExecutor(8) as pool:
            print(len(set(pool.map(storage.work, ["t"] * 64))))
    """
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-c", textwrap.dedent(code)]
    assert subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout == "1\n"
