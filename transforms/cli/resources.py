"""Which dataset or model an alias on the command line means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.errors import NotFoundError, nearest
from transforms.spec.resource import Resource, ResourceKind

if TYPE_CHECKING:
    from transforms.run.project import Project

_KINDS: tuple[ResourceKind, ...] = ("dataset", "model")


def find_resource(project: Project, alias: str, branch: str, kind: ResourceKind | None = None) -> Resource:
    """Return the dataset or model of an alias.

    :param project: the project; its configuration may give an alias another name.
    :param alias: the alias; ``dataset:`` or ``model:`` before it tells two of one name apart.
    :param branch: the branch where it must be.
    :param kind: the only kind that is looked for; any when None.
    :raises NotFoundError: if there is none; names the nearest there are.
    """
    prefix, _, rest = alias.partition(":")
    if kind is None and prefix in _KINDS:
        kind, alias = prefix, rest
    kinds = _KINDS if kind is None else (kind,)
    writes = project.store.writes()
    for candidate in kinds:
        resource = project.config.resolve(Resource(candidate, alias))
        if (branch, resource.key) in writes or project.store.view(resource, branch) is not None:
            return resource
    known = {write.alias for write in writes.values() if write.branch == branch and write.kind in kinds}
    elsewhere = sorted({b for b, key in writes if key in {f"{candidate}:{alias}" for candidate in kinds}})
    raise NotFoundError(
        f"There is no {' or '.join(kinds)} {alias} on branch {branch}.{nearest(alias, known)}"
        + (f" It is on branch {' and '.join(elsewhere)}; add --branch." if elsewhere else "")
    )
