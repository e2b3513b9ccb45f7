"""``transforms doctor``: is everything in order, and what to do if not."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import typer

from transforms.cli.failures import JOB_FAILED, RECOVERY_NEEDED
from transforms.cli.options import Json, Quiet, open_project, session_of
from transforms.cli.output import Output, size_text
from transforms.common.packages import installed_version
from transforms.common.text import counted
from transforms.common.usercode import shown_file
from transforms.errors import ConfigError, StoreError, TransformsError
from transforms.store.layout import STORE_FILE

if TYPE_CHECKING:
    from transforms.store.store import Store

_NEEDED = (
    "deltalake",
    "pyarrow",
    "polars",
    "pandas",
    "pillow",
    "plotly",
    "dill",
    "cloudpickle",
    "obstore",
    "typer",
    "rich",
)
_OPTIONAL = ("pyspark", "delta-spark", "duckdb", "mlflow-skinny", "starlette", "requests")
_SCARCE_BYTES = 1_000_000_000


class Finding(NamedTuple):
    """One thing that was looked at.

    Attributes:
        check: what.
        status: ``ok``, ``note`` (good to know), ``problem``, or ``recovery`` (``transforms recover`` must be run).
        detail: what was found, and what to do about it.
    """

    check: str
    status: Literal["ok", "note", "problem", "recovery"]
    detail: str


def doctor(ctx: typer.Context, quiet: Quiet = False, as_json: Json = False) -> None:
    """Check the installation, the packages that a Foundry repository asks for, and the store.

    Exits with 1 if there is a problem, with 3 if 'transforms recover' must be run.

    Examples:

    transforms doctor

    transforms doctor --json
    """
    project = open_project(ctx)
    findings = [*_installation(), *_recipes(project.config.project), *_store(project.store)]
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        if as_json or not out.quiet:
            out.listing([finding._asdict() for finding in findings], ["status", "check", "detail"])
    found = {finding.status for finding in findings}
    raise typer.Exit(RECOVERY_NEEDED if "recovery" in found else JOB_FAILED if "problem" in found else 0)


def _installation() -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_version()} ({sys.executable})")
    for name in _NEEDED:
        version = installed_version(name)
        yield (
            Finding(name, "ok", version) if version else Finding(name, "problem", f"not installed; pip install {name}")
        )
    for name in _OPTIONAL:
        yield Finding(name, "note", installed_version(name) or "not installed (optional)")
    yield from _spark()


def _spark() -> Iterator[Finding]:
    from transforms.engine.spark.installation import problems
    from transforms.engine.spark.java import find_java

    java = find_java()
    yield Finding("java", "note", f"{java.version} ({java.home})" if java else "not found (Spark alone needs it)")
    missing = problems()
    for problem in missing:
        yield Finding("spark", "note", f"{problem.what} To have it: {problem.command}")
    if not missing:
        yield Finding("spark", "ok", "Java, pyspark and Delta's jar are there")


def _recipes(project: Path) -> Iterator[Finding]:
    from transforms.config.conda_recipe import RECIPE, asked_packages
    from transforms.config.repository import subprojects

    try:
        asked = {part.folder: asked_packages(part.folder) for part in subprojects(project)}
    except ConfigError as error:
        yield Finding("repository", "problem", str(error))
        return
    for folder, packages in asked.items():
        missing = [package for package in packages if installed_version(package.name) is None]
        for package in missing:
            install = f"pip install {shlex.quote(package.name + package.version)}"
            place = f"{shown_file(str(package.recipe))}:{package.line}"
            yield Finding(package.name, "problem", f"not installed, and {place} asks for it; {install}")
        if packages and not missing:
            recipe = shown_file(str(folder / RECIPE))
            yield Finding("packages", "ok", f"{counted(len(packages), 'package')} that {recipe} asks for: all there")


def _store(store: Store) -> Iterator[Finding]:
    yield _root(store.root) if isinstance(store.root, Path) else _bucket(store)
    if not store.exists:
        yield Finding("store", "note", "nothing was committed yet; 'transforms put' or 'transforms build' begins it")
        return
    yield from _checked(store)
    yield from _experiments(store)
    yield _dead(store)


def _checked(store: Store) -> Iterator[Finding]:
    from transforms.store.checkup import check_store
    from transforms.store.finding import find_tables

    try:
        troubles = list(check_store(store))
    except (StoreError, OSError) as error:
        yield Finding("store", "problem", str(error))
        return
    for what, kind, detail in troubles:
        yield Finding(what, "problem" if kind == "unwritable" else kind, detail)
    if not any(trouble.what in ("ledger", "commits") for trouble in troubles):
        yield Finding("commits", "ok", f"all up to #{store.ledger.head()} are in their tables")
    yield Finding("tables", "ok", f"{counted(sum(1 for _ in find_tables(store.storage)), 'table')} looked at")


def _experiments(store: Store) -> Iterator[Finding]:
    from palantir_models.reading.collecting import unreadable_journals

    try:
        lost = unreadable_journals(store)
    except (TransformsError, OSError) as error:
        yield Finding("experiments", "problem", f"what runs or is kept apart cannot be listed: {error}")
        return
    for identity, reason in lost:
        remedy = f"restore it from a backup of the store, or delete it: transforms experiments rm {identity}"
        yield Finding("experiments", "problem", f"{reason.rstrip('. ')}; {remedy}")
    if not lost:
        yield Finding("experiments", "ok", "all that run or are kept apart can be read")


def _root(root: Path) -> Finding:
    place = root
    while not place.exists():
        place = place.parent
    if (root / STORE_FILE).exists() and not os.access(root, os.W_OK | os.X_OK):
        return Finding(
            "root", "note", f"{root} can be read, and not be written by this user: what builds or puts is refused"
        )
    if not os.access(place, os.W_OK | os.X_OK):
        return Finding("root", "problem", f"{root} cannot be written; change its owner or name another with --root")
    free = shutil.disk_usage(place).free
    if free < _SCARCE_BYTES:
        return Finding("root", "problem", f"{root} has only {size_text(free)} free; 'transforms gc' gives space back")
    return Finding("root", "ok", f"{root}, {size_text(free)} free")


def _bucket(store: Store) -> Finding:
    try:
        store.storage.folders("")
    except OSError as error:
        return Finding("root", "problem", str(error))
    return Finding("root", "ok", f"{store.root} answers")


def _dead(store: Store) -> Finding:
    from transforms.store.recovery import dead_transactions

    dead = dead_transactions(store.storage)
    if not dead:
        return Finding("dead jobs", "ok", "none")
    return Finding(
        "dead jobs", "note", f"{counted(len(dead), 'job')} died and left files; 'transforms gc' deletes them"
    )
