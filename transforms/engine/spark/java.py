"""The Java that Spark runs on: where it is, and how to install it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LEAST_JAVA = 17
_JAVA_PLACES = (
    "/usr/lib/jvm/*",
    "/usr/local/lib/jvm/*",
    "/opt/java/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
)
_JAVA_SECONDS = 20.0


@dataclass(frozen=True)
class Java:
    """A Java runtime.

    Attributes:
        home: its folder.
        version: its major version, such as 17.
    """

    home: Path
    version: int


@cache
def find_java() -> Java | None:
    """Return the Java that Spark will run on: JAVA_HOME's, the one on the PATH, or the newest in the usual places."""
    found = [_java(home) for home in _java_homes()]
    usable = [java for java in found if java is not None]
    return next((java for java in usable if java.version >= LEAST_JAVA), usable[0] if usable else None)


def _java_homes() -> list[Path]:
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if program := shutil.which("java"):
        homes.append(Path(program).resolve().parent.parent)
    for pattern in _JAVA_PLACES:
        homes += sorted(Path("/").glob(pattern[1:]), reverse=True)
    return [home for home in dict.fromkeys(homes) if (home / "bin" / "java").exists()]


def _java(home: Path) -> Java | None:
    """Return what a folder holds: as its file ``release`` says, else as the program itself does."""
    release = home / "release"
    text = release.read_text(errors="replace") if release.exists() else ""
    match = re.search(r'JAVA_VERSION="(\d+)(?:\.(\d+))?', text)
    if match is None:
        try:
            done = subprocess.run(
                [home / "bin/java", "-version"], capture_output=True, text=True, timeout=_JAVA_SECONDS
            )
        except (OSError, subprocess.SubprocessError):
            return None
        match = re.search(r'version "(\d+)(?:\.(\d+))?', done.stderr + done.stdout)
    if match is None:
        return None
    return Java(home, int(match[2] if match[1] == "1" and match[2] else match[1]))  # 1.8 is 8


def java_command() -> str:
    """Return the command that installs Java here."""
    for program, command in (
        ("apt-get", "apt-get install openjdk-17-jre-headless"),
        ("dnf", "dnf install java-17-openjdk-headless"),
        ("apk", "apk add openjdk17-jre-headless"),
        ("brew", "brew install openjdk@17"),
    ):
        if shutil.which(program):
            return command
    return f"install a Java {LEAST_JAVA} runtime"
