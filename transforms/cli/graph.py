"""``transforms graph``: who makes what others read, as text or a picture."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.loading import load_project
from transforms.cli.options import Branch, Exclude, Json, Selection, session_of
from transforms.cli.output import Output
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from transforms.plan.graph import Graph
    from transforms.spec.resource import Resource


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
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """Draw the transforms with what flows between them.

    Examples:

    transforms graph

    transforms graph +total --format svg > total.svg

    transforms graph --json
    """
    from transforms.plan.graph import Graph
    from transforms.plan.render import to_mermaid, to_text
    from transforms.plan.svg import to_svg

    with Output(as_json, session_of(ctx).quiet) as out:
        project = load_project(ctx)
        chosen = project.graph(branch)
        if selection or exclude:
            chosen = Graph(project.select(selection or [], exclude or [], branch), branch)
        if as_json:
            out.json(_document(chosen))
        elif not chosen.nodes:
            out.say("There are no transforms.")
        else:
            write = {Format.text: to_text, Format.mermaid: to_mermaid, Format.svg: to_svg}[format]
            out.line(write(chosen))


def _document(graph: Graph) -> dict[str, Any]:
    return {
        "branch": graph.branch,
        "transforms": [
            {
                "name": node.name,
                "inputs": [_resource(graph.located(resource)) for resource in node.inputs],
                "outputs": [_resource(resource) for resource in node.outputs],
                "needs": [before.name for before in graph.upstream(node, depth=1)],
                "source": str(node.source),
            }
            for node in graph.order
        ],
    }


def _resource(resource: Resource) -> dict[str, Any]:
    return {"kind": resource.kind, "alias": resource.alias, "branch": resource.branch}
