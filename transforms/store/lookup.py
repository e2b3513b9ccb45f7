"""Where an input is, and what identifies it: plans, jobs and the ledger all ask here."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from transforms.errors import nearest
from transforms.spec.resource import DEFAULT_BRANCH, Resource

_Found = TypeVar("_Found")


def candidates(resource: Resource, branch: str, fallbacks: Iterable[str] = ()) -> list[str]:
    """Return the branches on which an input is looked for, in order: it is read on the first that has its table.

    :param resource: the input; a branch that it names itself is the only one.
    :param branch: the branch of the build.
    :param fallbacks: the branches to look at after that.
    """
    return [resource.branch] if resource.branch else list(dict.fromkeys([branch, *fallbacks]))


def first_found(branches: Iterable[str], look: Callable[[str], _Found | None]) -> tuple[_Found, str] | None:
    """Return what is found on the first branch that has the table, and that branch; None where no branch has it.

    :param branches: the :func:`candidates`, in order; those after the first that has the table are not looked at.
    :param look: returns what is wanted of the table on a branch; None where there is no table.
    """
    for branch in branches:
        found = look(branch)
        if found is not None:
            return found, branch
    return None


def input_key(resource: Resource) -> str:
    """Return what identifies an input: its alias and the branch that it names.

    :param resource: the input, with the alias that the settings give it.
    :returns: ``dataset:/a/x``, or ``dataset@dev:/a/x`` for one that names its branch, so that a dataset read on two
        branches is two inputs. A colon of the branch is encoded as ``%3A``: what follows the first one is the alias.
    """
    if resource.branch is None:
        return resource.key
    branch = resource.branch.replace("%", "%25").replace(":", "%3A")
    return f"{resource.kind}@{branch}:{resource.alias}"


def recorded_key(resource: Resource, keys: Collection[str], branches: Mapping[str, str]) -> str | None:
    """Return the key under which a row of the ledger has an input; None where it does not have it.

    Rows of earlier versions named inputs by their alias alone, whatever branch they asked for.

    :param resource: the input.
    :param keys: the keys of the row's inputs.
    :param branches: the branch on which each of them was found.
    """
    key = input_key(resource)
    if key in keys:
        return key
    return resource.key if resource.branch and branches.get(resource.key) == resource.branch else None


def resource_of(key: str) -> Resource:
    """Return the input that :func:`input_key` made a key of."""
    identity, _, alias = key.partition(":")
    kind, _, branch = identity.partition("@")
    branch = branch.replace("%3A", ":").replace("%25", "%")
    return Resource(kind, alias, branch or None)  # type: ignore[arg-type]


def label(key: str) -> str:
    """Return what a person reads for an input's key: ``/a/x``, or ``/a/x @dev``."""
    resource = resource_of(key)
    return f"{resource.alias} @{resource.branch}" if resource.branch else resource.alias


def remedy(
    resource: Resource, branches: Sequence[str], written: Collection[tuple[str, str]], own: Collection[str]
) -> str:
    """Return what to do about an input that is nowhere: the nearest alias that exists, the branch that has it, or the command
    that brings it in; sentences with a space before them.

    :param resource: the input.
    :param branches: the branches that were looked at.
    :param written: the branch and key of everything that is there, or will be.
    :param own: the keys of what its reader writes, which cannot be meant.
    """
    there = {
        key.partition(":")[2]
        for branch, key in written
        if branch in branches and key not in own and key.startswith(f"{resource.kind}:")
    }
    elsewhere = sorted({branch for branch, key in written if key == resource.key and branch not in branches})
    if elsewhere:
        bring = f"It is on branch {' and '.join(elsewhere)}: read it there with Input(..., branch={elsewhere[0]!r})."
    elif resource.kind == "dataset":
        where = "" if branches[-1] == DEFAULT_BRANCH else f" --branch {shlex.quote(branches[-1])}"
        bring = f"Build it first, or bring it in with 'transforms put {shlex.quote(resource.alias)} FILE{where}'."
    else:
        bring = "Publish it first."
    return f"{nearest(resource.alias, there)} {bring}"
