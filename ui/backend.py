"""Builds the Python package with its page and the sample pipelines in it: what setuptools does, and before it the rest.

The bundle is made when it is missing or older than its sources, and only then Deno is asked for. A wheel or an sdist carries
it, so who installs one needs neither Deno nor the npm registry. The sample pipelines lie beside the packages in a checkout, and
inside of one where they are installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from setuptools import build_meta

UI = Path(__file__).parent
SAMPLES = UI.parent / "transforms" / "samples"
BUNDLE = UI.parent / "palantir_models" / "page" / "static" / "main.js"
DENO = "deno>=2.9,<3"
_SOURCES = ("src/**/*", "icon.svg", "bundle.ts", "deno.json", "deno.lock")
_Settings = Mapping[str, Any] | None

prepare_metadata_for_build_wheel = build_meta.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = build_meta.prepare_metadata_for_build_editable


def get_requires_for_build_wheel(config_settings: _Settings = None) -> list[str]:
    """Return what building a wheel needs beside setuptools."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_tools()]


def get_requires_for_build_editable(config_settings: _Settings = None) -> list[str]:
    """Return what ``pip install -e`` needs beside setuptools."""
    return [*build_meta.get_requires_for_build_editable(config_settings), *_tools()]


def get_requires_for_build_sdist(config_settings: _Settings = None) -> list[str]:
    """Return what building an sdist needs beside setuptools."""
    return [*build_meta.get_requires_for_build_sdist(config_settings), *_tools()]


def build_wheel(directory: str, config_settings: _Settings = None, metadata_directory: str | None = None) -> str:
    """Build a wheel, and the page before it."""
    bundle()
    with samples():
        return build_meta.build_wheel(directory, config_settings, metadata_directory)


def build_editable(directory: str, config_settings: _Settings = None, metadata_directory: str | None = None) -> str:
    """Build the wheel of ``pip install -e``, and the page before it."""
    bundle()
    return build_meta.build_editable(directory, config_settings, metadata_directory)


def build_sdist(directory: str, config_settings: _Settings = None) -> str:
    """Build an sdist, and the page before it."""
    bundle()
    with samples():
        return build_meta.build_sdist(directory, config_settings)


@contextmanager
def samples() -> Iterator[None]:
    """Have the sample pipelines and their tests inside of the package; an sdist has them there already."""
    if SAMPLES.exists():
        yield
        return
    try:
        for part in ("pipelines", "tests/pipelines"):
            shutil.copytree(UI.parent / part, SAMPLES / part, ignore=shutil.ignore_patterns("__pycache__"))
        yield
    finally:
        shutil.rmtree(SAMPLES, ignore_errors=True)


def is_stale() -> bool:
    """Whether the bundle is missing, or older than one of its sources."""
    if not BUNDLE.exists():
        return True
    sources = (file for pattern in _SOURCES for file in UI.glob(pattern))
    return max(file.stat().st_mtime for file in sources) > BUNDLE.stat().st_mtime


def bundle() -> None:
    """Bundle the page if it is stale; a failure ends the process with what is missing or wrong."""
    if not is_stale():
        return
    said = _failure("install", "--frozen", "--quiet")
    if said is not None:
        first = next(iter(said.splitlines()), "nothing")
        sys.exit(
            f"The page could not be bundled from {UI}, as that needs four packages of the npm registry, which cannot be had "
            f"(Deno said: {first}): build it again where the registry can be reached, or install a wheel, which has the page in it."
        )
    said = _failure("task", "--quiet", "bundle")
    if said is not None:
        sys.exit(f"The page could not be bundled from {UI}, as there is a mistake in it:\n{said}")


def _failure(*arguments: str) -> str | None:
    """Return what Deno says when it fails; None when it does not."""
    environment = {**os.environ, "NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"}
    command = [_deno(), *arguments]
    ran = subprocess.run(command, cwd=UI, env=environment, capture_output=True, text=True, check=False)
    return (ran.stderr or ran.stdout).strip() if ran.returncode else None


def _deno() -> str:
    from deno import find_deno_bin

    # Where pip puts the tools of a build is on the search path alone, which the package itself does not look at.
    return shutil.which("deno") or find_deno_bin()


def _tools() -> list[str]:
    return [DENO] if is_stale() else []
