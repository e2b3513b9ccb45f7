"""What the store asks of the Delta tables below its root."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from transforms.store.change import TableChange, fields_of
from transforms.store.identifiers import number_of
from transforms.store.storage.files import Found

if TYPE_CHECKING:
    from deltalake import DeltaTable


WEEK = "interval 7 days"
"""How long checkpoints go on naming files that were replaced where the table does not say."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a commit leaves in the log of a table, so that it is known there.

    Attributes:
        app_id: the store's name in Delta's transaction identifiers.
        seq: the ledger row that is published, the number of the identifier.
        info: what stands beside it for people.
        transaction: the transaction that wrote the row: a number alone does not tell one ledger's row from another's.
    """

    app_id: str
    seq: int
    info: Mapping[str, str | int]
    transaction: str = ""

    @property
    def identifiers(self) -> dict[str, int]:
        """What the log keeps for good: the number of each of Delta's transaction identifiers."""
        second = {transaction_app(self.app_id): number_of(self.transaction)} if self.transaction else {}
        return {self.app_id: self.seq, **second}


def transaction_app(app_id: str) -> str:
    """Return the name under which a table keeps the number of the transaction that last wrote it."""
    return f"{app_id}.transaction"


class Delta(ABC):
    """The Delta tables below a store's root; names are their folders, relative to the root.

    No commit is tried again by itself: one that meets another's raises deltalake's ``CommitFailedError``. Any other error
    of a commit says nothing about whether it came about.
    """

    @abstractmethod
    def open(self, name: str) -> DeltaTable | None:
        """Open a table at its newest version; None where there is none.

        :raises UnsupportedTableError: if the table cannot be opened with its present features.
        """

    @abstractmethod
    def files(self, name: str, table: DeltaTable) -> list[tuple[str, Found]]:
        """Return the data files of an opened table, each with its size and time, relative to the table's folder."""

    @abstractmethod
    def create(self, change: TableChange, mark: Mark) -> None:
        """Make a table with the content of a change at version 0; an error if there is one."""

    @abstractmethod
    def commit(self, table: DeltaTable, change: TableChange, mark: Mark) -> None:
        """Commit a change as the version after that of the opened table."""

    @abstractmethod
    def rehearse(self, table: DeltaTable | None, change: TableChange) -> None:
        """Do to an empty copy of a table what :func:`apply` would do to the table; raise what that would."""

    @abstractmethod
    def add_columns(self, table: DeltaTable, fields: Sequence[Mapping[str, Any]]) -> None:
        """Give a table more columns, as Delta's schema JSON tells them, and bring it up to date."""

    @abstractmethod
    def allow_naive_timestamps(self, table: DeltaTable) -> None:
        """Give a table the feature that times without a zone need, and those that its older protocol stood for."""

    @abstractmethod
    def compact(self, table: DeltaTable, partition: tuple[str, str] | None, target: int | None) -> None:
        """Rewrite small files as few large ones, in one partition or everywhere, in a commit that changes no row.

        :param table: the table; it is brought up to date.
        :param partition: a partition column and the one value of it to look at; None for all.
        :param target: how large files may get, in bytes; larger ones stay as they are. The table's own limit when None.
        """

    @abstractmethod
    def delete_rows(self, table: DeltaTable, condition: str) -> None:
        """Delete the rows for which an SQL condition holds, in a commit of its own."""

    @abstractmethod
    def checkpoint(self, table: DeltaTable) -> None:
        """Write a checkpoint of the opened version."""

    @abstractmethod
    def keep_replaced(self, table: DeltaTable, interval: str) -> str:
        """Say how long checkpoints go on naming files that were replaced, in a commit, and bring the table up to date.

        :param table: the table.
        :param interval: how long, as Delta's properties have it. :meth:`replaced` does not find what they name no more.
        :returns: what it was before.
        """

    @abstractmethod
    def replaced(self, table: DeltaTable, hours: int) -> list[str]:
        """Return the data files that were replaced longer ago, as the newest version knows; also those gone before."""


def apply(delta: Delta, table: DeltaTable, change: TableChange, mark: Mark) -> None:
    """Commit a change to a table that is there.

    An append takes the table's schema as it is, so columns that are new must be there before. They are empty until the
    append lands, and adding them twice is a no-op: a crash between the two costs nothing.
    """
    if change.mode == "append":
        known = {field["name"] for field in fields_of(table.schema().to_json())}
        missing = [field for field in fields_of(change.schema) if field["name"] not in known]
        if missing:
            delta.add_columns(table, missing)
    delta.commit(table, change, mark)
