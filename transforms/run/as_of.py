"""Building on what inputs held at an earlier commit: which state that is, of which inputs, and whether it can be read still."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from transforms.errors import NotFoundError, StoreError, UsageError
from transforms.plan.graph import Node
from transforms.plan.incremental import Decision
from transforms.plan.staleness import PlannedJob
from transforms.spec.resource import Resource
from transforms.store.contents import Contents
from transforms.store.entry import InputPin
from transforms.store.lookup import candidates, input_key, label
from transforms.store.tables import TableView

AS_OF = "as_of"
"""Where the ledger's row says of an output at which commit its job read what no job of the same build made."""


@dataclass(frozen=True)
class AsOf:
    """A state of the inputs of a build.

    Attributes:
        seq: the commit after which inputs are read.
        made: what the jobs of the build make, by resource key: their readers get it as it is made, not as it was.
        branch: the branch of the build.
    """

    seq: int
    made: frozenset[str]
    branch: str

    @classmethod
    def of(cls, seq: int | None, nodes: Iterable[Node], branch: str) -> AsOf | None:
        """Return the state for a build of some transforms; None where everything is read as it is."""
        if seq is None:
            return None
        return cls(seq, frozenset(output.key for node in nodes for output in node.outputs), branch)

    @property
    def decision(self) -> Decision:
        """How an incremental transform runs: what it read last may be later than what it is to read."""
        return Decision(False, f"built as of commit #{self.seq}")

    def foreseen(self, job: PlannedJob) -> PlannedJob:
        """Return a job of a plan as it will run."""
        return job if job.incremental is None else replace(job, incremental=self.decision)

    def until(self, resource: Resource) -> int | None:
        """Return the commit after which an input is read; None for as it is."""
        is_made = resource.key in self.made and resource.branch in (None, self.branch)
        return None if is_made else self.seq

    def view(self, store: Contents, resource: Resource, fallbacks: Sequence[str]) -> tuple[TableView, str] | None:
        """Open an input that no job of the build makes; None where there was none then.

        :raises StoreError: if it cannot be read any more as it was.
        """
        for branch in candidates(resource, self.branch, fallbacks):
            view = store.view_table(store.table_of(resource, branch), self.seq)
            if view is not None:
                self.check(view, resource)
                return view, branch
        return None

    def state(self, store: Contents, resource: Resource, fallbacks: Sequence[str]) -> int | None:
        """Return a number that tells the state of such an input; None where there was none then."""
        found = self.view(store, resource, fallbacks)
        return None if found is None else InputPin(found[0].seq, found[0].version, found[1]).state

    def check(self, view: TableView, resource: Resource) -> None:
        """Look whether an earlier version is still there as a whole.

        :raises StoreError: if files of it were deleted.
        """
        if view.row != view.newest:
            from transforms.run.still_whole import (
                check_whole,
            )  # and the reader of tables: most commands read rows alone

            try:
                check_whole(view, resource)
            except StoreError as error:
                raise StoreError(f"{error} Choose a later --as-of, or leave it out.") from error

    def missing(self, resource: Resource, reader: str) -> NotFoundError:
        """Return the error for an input that was not there then.

        :param resource: the input.
        :param reader: what reads it, for the message.
        """
        return NotFoundError(
            f"There was no {resource.kind} {label(input_key(resource))} at commit #{self.seq} yet; {reader} reads it. Choose a "
            f"later --as-of, build what makes it in the same build, or leave --as-of out."
        )


def as_of_in(outputs: Iterable[Mapping[str, object]]) -> int | None:
    """Return the commit as of which a job read its inputs; None for one that read what they were.

    :param outputs: what the ledger's row says of its outputs.
    """
    return next((seq for output in outputs if isinstance(seq := output.get(AS_OF), int)), None)


def commit_at(store: Contents, text: str) -> int:
    """Return the commit that a person means by its number, or by a time.

    :param store: the store.
    :param text: a number in ``transforms log``, or a date or time in ISO 8601, in this machine's zone if it names none.
    :raises UsageError: if it is neither.
    :raises NotFoundError: if there is no such commit, or none before the time.
    """
    if text.isdecimal():
        seq = int(text)
        entry = store.ledger.entry(seq) if store.exists and seq < 2**62 else None
        if entry is None:
            raise NotFoundError(f"There is no commit #{text}. 'transforms log' shows those there are.")
        if seq in store.ledger.withdrawn(after=seq):
            raise NotFoundError(f"Commit #{seq} was given up, so nothing was ever as of it.")
        return seq
    try:
        moment = datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"--as-of {text}: give the number of a commit, such as 12, or a time, such as 2026-03-01 or 2026-03-01T06:00+01:00."
        ) from error
    found = store.ledger.newest_at(moment) if store.exists else None
    if found is None:
        raise NotFoundError(
            f"Nothing was committed before {moment.isoformat(timespec='seconds')} yet. 'transforms log' tells when."
        )
    return found
