"""Where a training runs: what somebody needs to know who wants to run it again."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from palantir_models.adapter.requirements import loaded_requirements
from transforms.common.json_text import from_json
from transforms.common.masking import masked_address, masked_command

_GIT_SECONDS = 2.0
_GPUS = Path("/proc/driver/nvidia/gpus")


def environment(folder: Path | None = None, git: Callable[[Path], dict[str, Any]] | None = None) -> dict[str, Any]:
    """Describe this process and machine; what cannot be found out is left out.

    :param folder: a folder of the training code; the working directory when not given.
    :param git: tells ``git`` of a folder, where that was found out before; when not given, Git is asked, in a process of its own.
    :returns: any of ``python``, ``platform``, ``host``, ``cpus``, ``memory_bytes``, ``gpus`` (their models), ``command``
        (the program with its arguments; what looks like a secret is masked), ``working_directory``, ``git`` (``commit``,
        ``branch``, and ``dirty``: whether files under version control differ from the commit) and ``packages``
        (``name==version`` of every distribution that is loaded); all of it can be JSON.
    """
    found = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "host": platform.node(),
        "cpus": _cpus(),
        "memory_bytes": _memory(),
        "gpus": list(_gpus()),
        "command": list(masked_command(sys.orig_argv)),
        "working_directory": _working_directory(),
        "git": (git or git_of)(folder or Path(_working_directory() or ".")),
        "packages": [masked_address(package) for package in from_json(loaded_requirements())],
    }
    return {key: value for key, value in found.items() if value not in (None, [], {})}


def _cpus() -> int | None:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))  # a container may have fewer than the machine
    return os.cpu_count()


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _gpus() -> Iterator[str]:
    for file in sorted(_GPUS.glob("*/information")):
        with suppress(OSError):
            found = re.search(r"^Model:\s*(.+?)\s*$", file.read_text(), re.MULTILINE)
            if found:
                yield found[1]


def _working_directory() -> str | None:
    try:
        return str(Path.cwd())
    except OSError:  # it was deleted
        return None


def git_of(folder: Path) -> dict[str, Any]:
    """Ask Git which commit a folder is at, on which branch, and whether files differ from it; nothing where it cannot say.

    :param folder: the folder.
    """
    command = ["git", "--no-optional-locks", "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    try:
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_GIT_SECONDS, check=True)
    except (OSError, ValueError, subprocess.SubprocessError):  # no git, no repository, or too large a one
        return {}
    lines = run.stdout.splitlines()
    header = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# branch."))
    if header.get("branch.oid", "(initial)") == "(initial)":
        return {}
    found: dict[str, Any] = {"commit": header["branch.oid"], "dirty": any(not line.startswith("#") for line in lines)}
    if header.get("branch.head") != "(detached)":
        found["branch"] = header.get("branch.head")
    return found
