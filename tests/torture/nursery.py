"""A process that has everything imported and forks a child for each command, so that a death costs no start-up.

It reads one JSON object a line: ``arguments`` of the command line, ``environment``, and, where they are given, after how many
seconds the child is killed, as which user it runs, by how much its clock is off, and how often housekeeping is due. It
answers with the child's exit status.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

import deltalake  # noqa: F401
import numpy  # noqa: F401
import pandas  # noqa: F401
import polars  # noqa: F401
import pyarrow.parquet  # noqa: F401

import palantir_models.transforms  # noqa: F401
import transforms.run.project  # noqa: F401
from palantir_models.adapter.requirements import loaded_requirements
from tests.processes import import_like
from transforms.cli.app import app
from transforms.store import ledger_upkeep, log_cleanup, merging, upkeep


def main() -> None:
    """Serve until the input ends."""
    with tempfile.TemporaryDirectory() as folder:
        import_like(lambda: obey(first_order(Path(folder))))
    loaded_requirements()  # is remembered, and the children remember it
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            status = 97
            try:
                status = obey(order)
            except BaseException:  # noqa: BLE001 - the parent is told by the status, the log has the rest
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        print(os.waitstatus_to_exitcode(watched(child, order.get("kill_after"))), flush=True)


def first_order(folder: Path) -> dict[str, Any]:
    """Return the order to build the project in a folder, for the sake of what that imports."""
    shutil.copy(Path(__file__).with_name("project.py"), folder / "tortured.py")
    (folder / "pyproject.toml").write_text(
        f'[tool.transforms]\nroot = "{folder / "store"}"\npipelines = ["tortured"]\n'
    )
    arguments = ["build", "--force", "--quiet", "--wait", "30"]
    return {"folder": str(folder), "log": str(folder / "log"), "environment": {}, "arguments": arguments}


def obey(order: dict[str, Any]) -> int:
    """Run a command in this process, and return its exit status."""
    if "user" in order:
        become(order["user"], order["group"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    sys.path.insert(0, order["folder"])
    shift_clock(order.get("clock", 0.0))
    hurry(order.get("often", 0))
    try:
        app(args=order["arguments"], prog_name="transforms")
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    return 0


def become(user: int, group: int) -> None:
    """Go on as another user, who shares what they make with a group.

    They may read whatever there is, as Python itself may lie in a folder that is closed to them; they write as any user.
    """
    keep_capabilities, version, read_anything = 8, 0x20080522, 1 << 2
    system = ctypes.CDLL(None, use_errno=True)
    os.setgroups([group])
    os.setgid(group)
    system.prctl(keep_capabilities, 1, 0, 0, 0)
    os.setuid(user)
    header, data = (ctypes.c_uint32 * 2)(version, 0), (ctypes.c_uint32 * 6)(read_anything, read_anything, 0, 0, 0, 0)
    if system.capset(header, data) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    os.umask(0o002)


def shift_clock(seconds: float) -> None:
    """Let the time of day be another one, for the store and all else that asks Python."""
    if seconds:
        real, real_ns = time.time, time.time_ns
        time.time = lambda: real() + seconds
        time.time_ns = lambda: real_ns() + int(seconds * 1e9)


def hurry(often: int) -> None:
    """Let housekeeping be due after so many commits, so that many a kill hits it."""
    if often:
        upkeep.CHECKPOINT_EVERY, merging.MERGE_EVERY, log_cleanup.SHORTEN_EVERY = often, often * 2, often * 4
        upkeep._KEPT_VERSIONS = often * 4
        ledger_upkeep._EVERY, ledger_upkeep._KEPT = often * 3, often * 8


def watched(child: int, kill_after: float | None) -> int:
    """Wait for a child, and kill it when its time is over; return its status."""
    if kill_after is not None:
        end = time.monotonic() + kill_after
        while time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return status
            time.sleep(0.002)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


if __name__ == "__main__":
    main()
