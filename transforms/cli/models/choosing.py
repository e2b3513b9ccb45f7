"""Which version of which model ``MODEL@VERSION`` means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from transforms.errors import NotFoundError

if TYPE_CHECKING:
    from palantir_models.model.versions import ModelVersion
    from transforms.run.project import Project
    from transforms.spec.resource import Resource

VersionText = Annotated[
    str,
    typer.Argument(
        metavar="MODEL[@VERSION]", help="A model, and a version by its number or RID; the latest if not given."
    ),
]


def find_version(project: Project, text: str, branch: str) -> tuple[Resource, ModelVersion]:
    """Return the version that a word on the command line means, with its model.

    :param project: the project.
    :param text: ``MODEL@VERSION``, or the model alone for its latest version.
    :param branch: the model's branch.
    :raises NotFoundError: if there is no such model or version; names the nearest.
    """
    from palantir_models.model.versions import pick_version, read_versions
    from transforms.cli.resources import find_resource

    alias, at, wanted = text.rpartition("@")
    try:
        resource = find_resource(project, text, branch, "model")
        wanted = ""
    except NotFoundError:
        if not at:
            raise
        resource = find_resource(project, alias, branch, "model")
    found = project.store.view(resource, branch)
    versions = [] if found is None else read_versions(found[0])
    return resource, pick_version(resource.alias, versions, wanted or None)
