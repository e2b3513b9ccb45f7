"""The options that commands share, and what stands before the command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transforms.errors import UsageError, nearest

if TYPE_CHECKING:
    from transforms.run.project import Project

WORDS = "transforms.words"
"""Where a command's context keeps what was typed."""

Branch = Annotated[str, typer.Option("--branch", metavar="NAME", help="The branch to read and write.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, and nothing else there.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show what transforms log at INFO, and whole tracebacks.")
]
Selection = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SELECTION]...",
        help="Transforms, or what they make: names, globs, +x, x+, 2+x, tag:word, path:glob; commas mean and.",
        show_default=False,
    ),
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="SELECTION", help="Leave these out; may be repeated.")
]
Force = Annotated[bool, typer.Option("--force", "-f", help="Run what is fresh, too.")]
Parameters = Annotated[
    list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="A parameter's value; may be repeated.")
]
AsOfText = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="SEQ|TIME",
        help="Read inputs that no selected transform makes as they were after a commit, or at a time.",
    ),
]

_MAKES_A_STORE = ("build", "graph", "import", "init", "list", "plan", "put", "run")


@dataclass(frozen=True)
class Session:
    """What was said before the command.

    Attributes:
        root: the store's root, where it is not the configured one.
        quiet: print errors only.
        verbose: show what transforms log at INFO, and whole tracebacks.
    """

    root: str | None = None
    quiet: bool = False
    verbose: bool = False


def session_of(ctx: typer.Context) -> Session:
    """Return what was said before the command."""
    found = ctx.find_object(Session)
    return found if found is not None else Session()


def words_of(ctx: typer.Context) -> list[str]:
    """Return what was typed after ``transforms``."""
    return list(ctx.meta.get(WORDS, ()))


def open_project(ctx: typer.Context, start: Path | None = None) -> Project:
    """Open the project that a folder belongs to.

    :param start: the folder; the working folder when None.
    :raises UsageError: if ``--root`` names a place without a store, to a command that can only read one.
    """
    from transforms.run.project import Project

    root = session_of(ctx).root
    project = Project.open(start, root=root)
    if root is not None and ctx.info_name not in _MAKES_A_STORE and not project.store.exists:
        raise UsageError(
            f"There is no store at {project.store.root} (--root {root}).{_near(root)} Put data into it, or build it, first; "
            f"without --root the project's own is used."
        )
    return project


def _near(root: str) -> str:
    folder = Path(root)
    if "://" in root or not folder.parent.is_dir():
        return ""
    return nearest(
        folder.name, sorted(other.name for other in folder.parent.iterdir() if (other / "_store.json").is_file())
    )
