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
        metavar="MODEL[@VERSION]", help="A model, and a version by its number, RID or tag; the latest if not given."
    ),
]


def find_version(project: Project, text: str, branch: str) -> tuple[Resource, ModelVersion]:
    """Return the version that a word on the command line means, with its model.

    :param project: the project.
    :param text: ``MODEL@VERSION``, or the model alone for its latest version.
    :param branch: the model's branch.
    :raises NotFoundError: if there is no such model or version; names the nearest.
    """
    from palantir_models.model.published import published_versions

    resource, wanted = parted(project, text, branch)
    found = project.store.view(resource, branch)
    versions = published_versions(project.store, resource.alias, None if found is None else found[0])
    return resource, versions.pick(wanted or None)


def parted(project: Project, text: str, branch: str) -> tuple[Resource, str]:
    """Return the model and the word for a version, which may be empty, of ``MODEL@VERSION``.

    :param project: the project.
    :param text: what was typed; the model's own name may have an ``@``.
    :param branch: the model's branch.
    :raises NotFoundError: if there is no such model; names the nearest.
    """
    from transforms.cli.resources import find_resource

    alias, at, wanted = text.rpartition("@")
    try:
        return find_resource(project, text, branch, "model"), ""
    except NotFoundError:
        if not at:
            raise
        return find_resource(project, alias, branch, "model"), wanted
