"""The inputs that a project needs from outside, with what its code tells about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from transforms.run.project import Project
from transforms.spec.resource import DEFAULT_BRANCH, Resource
from transforms.spec.reveal.columns import Revealed
from transforms.spec.reveal.reading import revealed_inputs


@dataclass
class NeededInput:
    """Something that transforms read and none of them makes.

    Attributes:
        resource: what it is, under the name that the settings give it.
        is_there: whether the store has it.
        readers: the transforms that read it, each with its file and line.
        revealed: what checks and code tell about its columns.
    """

    resource: Resource
    is_there: bool
    readers: list[str] = field(default_factory=list)
    revealed: Revealed = field(default_factory=Revealed)


def needed_inputs(project: Project, branch: str = DEFAULT_BRANCH) -> list[NeededInput]:
    """Return what a project needs from outside, each once, in the order of names.

    :param project: the project.
    :param branch: the branch of the build.
    """
    graph = project.graph(branch)
    needed = {found: NeededInput(found, _is_there(project, found, branch)) for found in graph.external_inputs}
    for node in graph.nodes:
        for resource, revealed in _read(project, node.name):
            found = needed.get(graph.located(resource))
            if found is None:
                continue
            reader = f"{node.name} ({node.source})"
            if reader not in found.readers:
                found.readers.append(reader)
            found.revealed.join(revealed)
    return list(needed.values())


def _read(project: Project, name: str) -> Iterator[tuple[Resource, Revealed]]:
    transform = project.transforms[name]
    revealed = revealed_inputs(transform)
    for argument, param in transform.inputs.items():
        for resource in param.resources:
            yield project.config.resolve(resource), revealed[argument]


def _is_there(project: Project, resource: Resource, branch: str) -> bool:
    return project.store.view(resource, branch, project.config.fallback_branches) is not None
