"""The options that commands share, and what stands before the command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

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


def open_project(ctx: typer.Context) -> Project:
    """Open the project that the working folder belongs to."""
    from transforms.run.project import Project

    return Project.open(root=session_of(ctx).root)
