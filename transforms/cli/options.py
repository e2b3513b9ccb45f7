"""The options that commands share, and what stands before the command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.errors import UsageError, nearest
from transforms.store import layout

if TYPE_CHECKING:
    from transforms.run.project import Project
    from transforms.store.store import Store

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

_MAKES_A_STORE = ("build", "experiments import", "graph", "init", "list", "plan", "put", "run")


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
    if root is not None and _command(ctx) not in _MAKES_A_STORE and not _is_begun(project.store):
        raise UsageError(
            f"There is no store at {project.store.root} (--root {root}).{_near(root)} Put data into it, or build it, first; "
            f"without --root the project's own is used."
        )
    return project


def _command(ctx: typer.Context) -> str:
    """Return the words of the command behind ``transforms``: ``experiments list`` is not ``list``."""
    words: list[str] = []
    here: Any = ctx
    while here.parent is not None:
        words.insert(0, here.info_name)
        here = here.parent
    return " ".join(words)


def _is_begun(store: Store) -> bool:
    """Whether something was committed at a root, or a first experiment runs there."""
    return store.exists or bool(store.storage.folders(layout.JOURNAL))


def _near(root: str) -> str:
    folder = Path(root)
    if "://" in root or not folder.parent.is_dir():
        return ""
    return nearest(
        folder.name, sorted(other.name for other in folder.parent.iterdir() if (other / "_store.json").is_file())
    )
