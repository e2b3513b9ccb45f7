"""``transforms graph``: who makes what others read, as text or a picture."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from transforms.cli.loading import load_project
from transforms.cli.options import Branch, Exclude, Selection
from transforms.cli.output import Output


class Format(StrEnum):
    """How the graph is written."""

    text = "text"
    mermaid = "mermaid"
    svg = "svg"


def graph(
    ctx: typer.Context,
    selection: Selection = None,
    exclude: Exclude = None,
    format: Annotated[Format, typer.Option("--format", help="A tree, a Mermaid flowchart or a picture.")] = Format.text,
    branch: Branch = "master",
) -> None:
    """Draw the transforms with what flows between them."""
    from transforms.plan.graph import Graph
    from transforms.plan.render import to_mermaid, to_text
    from transforms.plan.svg import to_svg

    project = load_project(ctx)
    chosen = project.graph(branch)
    if selection or exclude:
        chosen = Graph(project.select(selection or [], exclude or [], branch), branch)
    write = {Format.text: to_text, Format.mermaid: to_mermaid, Format.svg: to_svg}[format]
    Output().line(write(chosen))
