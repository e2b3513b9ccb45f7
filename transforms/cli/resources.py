"""Which dataset or model an alias on the command line means, and which version of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.errors import NotFoundError, UsageError, nearest
from transforms.spec.resource import Resource, ResourceKind

if TYPE_CHECKING:
    from transforms.run.project import Project
    from transforms.store.tables import TableView

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


def version_of(project: Project, resource: Resource, branch: str, word: str) -> TableView:
    """Return the version of a dataset that a word on the command line means.

    :param project: the project.
    :param resource: the dataset; it is on the branch.
    :param branch: the branch.
    :param word: a version's number, or ``#12`` for what was there after a commit; empty for the newest.
    :raises UsageError: if it is none of these.
    :raises NotFoundError: if the dataset was not there yet.
    """
    from transforms.store.tables import at_version

    number = word.removeprefix("#")
    if word and (not number.isdecimal() or len(number) > 18):
        raise UsageError(f"A dataset's version is a number, such as 3, or '#12' for that of a commit; got {word!r}.")
    table = project.store.table_of(resource, branch)
    view = project.store.view_table(table, int(number) if word != number else None)
    if view is None:
        raise NotFoundError(f"{resource} was not there yet at commit {word}.")
    return at_version(view, int(number), project.store.app_id) if word and word == number else view
