"""Taking a job back: everything that it wrote gets the content of before, in one commit; nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from transforms.errors import ConflictError, NotFoundError, RecoveryNeeded, StoreError, UsageError
from transforms.plan.rollback import ROLLBACK, Undoing, decided, only_decides, undoing
from transforms.run.restoring import restore_dataset
from transforms.run.scope import Sealed
from transforms.run.still_whole import check_whole
from transforms.spec.resource import Resource
from transforms.store.delta_log import log_file
from transforms.store.entry import Entry, Lineage
from transforms.store.foreign import foreign_change
from transforms.store.storage.base import content_of
from transforms.store.store import Store
from transforms.store.table_commit import TableCommit
from transforms.store.tables import TableView, at_version
from transforms.store.transaction import Transaction

Restorer = Callable[[Transaction, Resource, TableView, Mapping[str, Any]], Sealed]
"""Stages an earlier version of a resource, given its table as it was and what the commit that made it says of it."""


_NEW_COLUMNS = "ADD COLUMN"


class RollbackRefusedError(UsageError):
    """A commit that cannot be taken back; says why, and what can be done."""


class UnpublishedError(RollbackRefusedError, RecoveryNeeded):
    """A commit that is not in its tables yet cannot be taken back."""


@dataclass(frozen=True)
class Earlier:
    """What an output was before the commits that are taken back.

    Attributes:
        resource: the output.
        view: its table as it was.
        entry: the commit that last wrote it then; None where no job of the store did, or another program changed it since.
    """

    resource: Resource
    view: TableView
    entry: Entry | None


@dataclass(frozen=True)
class RollbackPlan:
    """What a rollback will do.

    Attributes:
        undoing: the commits that are taken back.
        earlier: what their outputs go back to.
    """

    undoing: Undoing
    earlier: Sequence[Earlier]

    @property
    def origin(self) -> Entry | None:
        """The one commit that wrote all of the outputs before; None where there were several, or others."""
        entries = {0 if one.entry is None else one.entry.seq: one.entry for one in self.earlier}
        return next(iter(entries.values())) if len(entries) == 1 else None


def plan_rollback(store: Store, seq: int, with_later: bool = False) -> RollbackPlan:
    """Tell what taking a commit back means.

    :param store: the store.
    :param seq: the commit.
    :param with_later: take back later commits, too, that wrote the same outputs.
    :raises NotFoundError: if there is no such commit.
    :raises RollbackRefusedError: if it cannot be taken back: there was nothing before it, something came after it, or what was
        before cannot be read any more.
    """
    entry = store.ledger.entry(seq) if store.exists and 0 < seq < 2**62 else None
    if entry is None:
        raise NotFoundError(f"There is no commit #{seq}. 'transforms log' shows those there are.")
    gone = store.ledger.withdrawn(after=seq)
    if seq in gone:
        raise RollbackRefusedError(
            f"#{seq} {entry.transform} was given up and is in no table, so there is nothing to take back."
        )
    if entry.resources and not any(resource.has_table for resource in entry.resources):
        raise RollbackRefusedError(
            f"#{seq} {entry.transform} only added evaluations, which tell of a model's version what was found out about it; they "
            f"stay, so there is nothing to take back."
        )
    if only_decides(entry):
        raise RollbackRefusedError(
            f"#{seq} {', '.join(decided(entry))}, and made nothing that could be taken back. 'transforms models' has the commands "
            f"that decide otherwise: tag, untag, rm and restore."
        )
    found = undoing(entry, (other for other in store.ledger.entries(after=seq) if other.seq not in gone))
    _check_published(store, found)
    _check_later(store, found, with_later)
    return RollbackPlan(found, [_earlier(store, found, resource) for resource in found.resources])


def roll_back(store: Store, plan: RollbackPlan, restore_model: Restorer, wait_seconds: float = 0.0) -> Entry:
    """Take a commit back, in one commit of its own.

    Tables get their earlier content as a new version, a model its earlier version as its latest. Where one commit had written all
    of it, the ledger's row says of it what that commit's row said: which job made it, from what; so the next build goes on
    from there.

    :param store: the store.
    :param plan: what to do, from :func:`plan_rollback`.
    :param restore_model: stages an earlier version of a model.
    :param wait_seconds: how long to wait for outputs that others are building, in seconds.
    :returns: the ledger's row.
    :raises ConflictError: if an output was written since the plan was made.
    :raises StoreError: if nothing was committed, or recovery has to finish it.
    """
    undone, origin = plan.undoing, plan.origin
    name = ROLLBACK if origin is None else origin.transform
    transaction = store.begin(name, undone.entry.branch, undone.resources, wait_seconds)
    try:
        gone = store.ledger.withdrawn(after=undone.entry.seq)
        later = store.ledger.entries(after=undone.entry.seq, until=transaction.pinned)
        now = undoing(undone.entry, (other for other in later if other.seq not in gone))
        if now.seqs != undone.seqs:
            raise ConflictError(
                f"While #{undone.entry.seq} was to be taken back, #{max(now.seqs)} wrote the same outputs. Nothing was "
                f"committed; try again."
            )
        restorers: dict[str, Restorer] = {"dataset": restore_dataset, "model": restore_model}
        sealed = [_restored(transaction, one, restorers[one.resource.kind]) for one in plan.earlier]
        outputs = {part.resource.key: _told(part, one, undone) for part, one in zip(sealed, plan.earlier, strict=True)}
        lineage = Lineage() if origin is None else Lineage(origin.inputs, origin.code_version, origin.parameters)
        return transaction.commit([change for part in sealed for change in part.changes], outputs, lineage)
    except BaseException:
        transaction.abandon()
        raise


def _restored(transaction: Transaction, one: Earlier, restore: Restorer) -> Sealed:
    told = {} if one.entry is None else one.entry.outputs.get(one.resource.key, {})
    with _refusing():
        return restore(transaction, one.resource, one.view, told)


def _told(part: Sealed, one: Earlier, undone: Undoing) -> Mapping[str, Any]:
    record = {"of": list(undone.seqs), "to": None if one.entry is None else one.entry.seq}
    return {**part.summary, ROLLBACK: record}


def _check_published(store: Store, found: Undoing) -> None:
    unpublished = {entry.seq for entry in store.unpublished()}
    waiting = sorted(unpublished.intersection(found.seqs))
    if waiting:
        raise UnpublishedError(
            f"#{waiting[0]} is committed and not in its tables yet. Run 'transforms recover' first; a commit that a table "
            f"refuses is done without by 'transforms recover --give-up {waiting[0]}'."
        )


def _check_later(store: Store, found: Undoing, with_later: bool) -> None:
    if with_later:
        return
    if found.later:
        told = ", ".join(f"#{entry.seq} {entry.transform}" for entry in found.later[:5])
        more = f" and {len(found.later) - 5} more" if len(found.later) > 5 else ""
        raise RollbackRefusedError(
            f"Later commits wrote the same outputs as #{found.entry.seq} {found.entry.transform}: {told}{more}. Take them back, "
            f"too, with --with-later, or the newest of them first. Nothing was changed."
        )
    for resource in found.resources:
        table = store.table_of(resource, found.entry.branch)
        changed = foreign_change(store.storage, table) if resource.kind == "dataset" else None
        if changed is not None:
            raise RollbackRefusedError(
                f"{resource}: {changed} after #{found.entry.seq}, which would be taken back with it. Say --with-later if that "
                f"is meant. Nothing was changed."
            )


def _earlier(store: Store, found: Undoing, resource: Resource) -> Earlier:
    table, until = store.table_of(resource, found.entry.branch), found.first[resource.key] - 1
    with _refusing():
        view = store.view_table(table, until)
    if view is None:
        if not store.storage.is_table(table):
            raise RollbackRefusedError(
                f"The table of {resource} is gone, so nothing can be brought back. Nothing was changed."
            )
        raise RollbackRefusedError(
            f"#{until + 1} was the first to write {resource} on branch {found.entry.branch}, so there is nothing before it to "
            f"go back to. Nothing was changed."
        )
    if resource.kind == "dataset":
        with _refusing():
            view = _without_new_columns(store, view)
            check_whole(view, resource)
    entry = store.ledger.entry(view.seq)
    changed = foreign_change(store.storage, table, view.version) if resource.kind == "dataset" else None
    return Earlier(resource, view, entry if changed is None else None)


def _without_new_columns(store: Store, view: TableView) -> TableView:
    """Return the version before, where this one only has more columns: a job's new ones come to a table before its rows do."""
    content = content_of(store.storage, log_file(view.name, view.version))
    if view.version == 0 or content is None or TableCommit.parse(view.version, content).operation != _NEW_COLUMNS:
        return view
    return at_version(view, view.version - 1, store.app_id)


@contextmanager
def _refusing() -> Iterator[None]:
    """Say of what cannot be read any more that nothing was changed."""
    try:
        yield
    except StoreError as error:
        if isinstance(error, RecoveryNeeded):
            raise
        raise RollbackRefusedError(
            f"{str(error).rstrip('. ')}. So there is nothing to go back to. Nothing was changed."
        ) from error
