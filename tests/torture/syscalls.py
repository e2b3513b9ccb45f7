"""System calls that fail: one of a build's, ever another one, as ``strace`` injects it."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.torture.arena import Arena

# Not read and write, as threads wake each other with these, and no disk makes that fail.
_FAULTS = (
    ("fsync", "EIO", 60),
    ("pwrite64", "EIO", 30),
    ("linkat,link", "EIO", 8),
    ("rename,renameat,renameat2", "EIO", 25),
    ("openat", "EMFILE", 3000),
    ("mkdir,mkdirat", "EACCES", 60),
    ("unlink,unlinkat", "EIO", 60),
    ("flock", "ENOLCK", 15),
    ("ftruncate", "EIO", 10),
)


def failing_calls(arena: Arena, most: int) -> None:
    """Let one call fail in each build; what it says it did not do, it must not have done."""
    arena.run("build", "--force", "--quiet")
    for number in arena.rounds(most):
        calls, error, times = _FAULTS[number % len(_FAULTS)]
        _build(arena, number, calls, error, arena.chance.randrange(1, times))
        arena.look()
        arena.settle()


def _build(arena: Arena, number: int, calls: str, error: str, when: int) -> None:
    name = f"injected{number:05}"
    inject = f"inject={calls}:error={error}:when={when}"
    command = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", inject]
    done = subprocess.run(
        [*command, sys.executable, "-m", "transforms", "build", "--force", "--quiet", "-j", "1"],
        cwd=arena.folder,
        env={**os.environ, "TORTURE_BUILD": name, "RUST_BACKTRACE": "0", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    arena.done[f"{calls.partition(',')[0]} {error}: exit {done.returncode}"] += 1
    if done.returncode == 0:
        arena.acknowledge(name)
