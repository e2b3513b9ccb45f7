"""The dataset that an output writes: what it was before the job, and what the job has chosen for it so far."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, TypeVar, get_args

from transforms.common.forks import need_owner
from transforms.errors import DataError, TransformsError, UsageError
from transforms.run.scope import JobScope
from transforms.spec.resource import Resource
from transforms.store.features import check_writable
from transforms.store.storage.base import Storage
from transforms.store.tables import TableView
from transforms.store.transaction import Transaction

WriteMode = Literal["replace", "append", "modify"]
Content = Literal["rows", "files"]
Error = TypeVar("Error", bound=TransformsError)


class Target:
    """A dataset that is written, as the writers of its rows and of its files share it.

    Attributes:
        name: the output's parameter.
        resource: the dataset.
        scope: the running job.
        transaction: the job's transaction.
        table: the dataset's table, relative to the store's root.
        base: the dataset on the job's own branch, as it was before the job; None where it has none.
        parent: what another branch has, where this one has nothing yet.
        mode: what writing does to the rows or files there are.
        content: what the job has written so far.
    """

    def __init__(self, name: str, resource: Resource, scope: JobScope) -> None:
        self.name = name
        self.resource = resource
        self.scope = scope
        self.transaction: Transaction = scope.transaction
        self.table = self.transaction.store.table_of(resource, self.transaction.branch)
        self.mode: WriteMode = "modify" if self.scope.is_incremental else "replace"
        if self.is_strict:
            self.mode = "append"
        self.content: Content | None = None
        self._process = os.getpid()
        self.base = self.transaction.open_output(self.table)
        self.parent: TableView | None = None
        if self.base is not None:
            check_writable(self.base.table, resource.alias, "append")
        elif (seen := self.transaction.view(resource, scope.fallbacks)) is not None:
            self.parent = seen[0]

    @property
    def before(self) -> TableView | None:
        """The dataset before the job, on its branch or on the one that it falls back to; None for none."""
        return self.base or self.parent

    @cached_property
    def rows_before(self) -> TableView | None:
        """The same; None also where it has neither rows nor columns, as a job left it unwritten."""
        before = self.before
        return None if before is None or (before.holds_files and not before.row_count()) else before

    @property
    def fields(self) -> Sequence[Mapping[str, Any]]:
        """The Delta fields of the dataset before the job; none where it held files."""
        return () if self.before is None or self.before.holds_files else self.before.fields

    @property
    def is_strict(self) -> bool:
        """Whether nothing that is there may be replaced: an incremental run, declared with ``strict_append``."""
        declared = self.scope.transform.incremental
        return self.scope.is_incremental and declared is not None and declared.strict_append

    @property
    def storage(self) -> Storage:
        """Where the store lies."""
        return self.transaction.store.storage

    @property
    def replaces(self) -> bool:
        """Whether what there is gives way to what is written."""
        return self.mode == "replace"

    @property
    def delta_mode(self) -> Literal["overwrite", "append"]:
        """What Delta calls what happens to the rows of the table."""
        return "overwrite" if self.replaces else "append"

    def set_mode(self, mode: str) -> None:
        """Choose what writing does to what there is; only before anything is written."""
        self.need_job("set_mode()")
        if mode not in get_args(WriteMode):
            raise self.error(UsageError, f"{mode!r} is no write mode; use 'replace', 'append' or 'modify'.")
        if self.content is not None:
            raise self.error(UsageError, "set_mode() must come before the first write.")
        if self.is_strict and mode != "append":
            raise self.error(
                UsageError,
                f"set_mode({mode!r}) may replace what is there, which @incremental(strict_append=True) forbids.",
            )
        self.mode = mode  # type: ignore[assignment]

    def need(self, content: Content) -> None:
        """Refuse one kind of content where the job wrote the other."""
        if self.content not in (content, None):
            raise self.error(
                DataError, f"{self.content} were written to it already; a dataset holds either rows or files."
            )

    def need_job(self, call: str) -> None:
        """Refuse in another process than the job's."""
        need_owner(f"{self.resource.alias}: {call}", self._process)

    def error(self, kind: type[Error], text: str) -> Error:
        """Return an error that names the output, its dataset and the transform.

        :param kind: its class: :class:`UsageError` for a call that cannot be followed, :class:`DataError` for what cannot
            be in the dataset.
        :param text: what is wrong, and what to do.
        """
        transform = self.scope.transform
        return kind(
            f"output {self.name!r} ({self.resource.alias}) of {transform.__name__} ({transform.source}): {text}"
        )
