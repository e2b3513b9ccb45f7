"""What a run of an ``@incremental`` transform sees of its inputs, as what opens them asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from transforms.plan.incremental import Decision
from transforms.spec.resource import Resource
from transforms.store.additions import AddedFile
from transforms.store.tables import TableView


@dataclass(frozen=True)
class Window:
    """What one run sees of one input.

    Attributes:
        current: the input as the run may see it.
        added: the files with what is new in it; None where all of it is.
        is_unchanged: whether the last run saw the same version.
        open_previous: opens it as the last run saw it.
    """

    current: TableView
    added: tuple[AddedFile, ...] | None = None
    is_unchanged: bool = False
    open_previous: Callable[[], TableView | None] = lambda: None

    @cached_property
    def previous(self) -> TableView | None:
        """The input as the last run saw it, opened when it is first asked for; None where that saw nothing of it."""
        return self.open_previous()


class Increment(Protocol):
    """How a run goes: whether it goes on from the last one, and what is new in each input."""

    @property
    def decision(self) -> Decision:
        """Whether it is incremental, and why."""

    @property
    def is_incremental(self) -> bool:
        """Whether the run reads what is new and adds to what is there."""

    @property
    def last_outputs(self) -> Sequence[Mapping[str, Any]]:
        """What the ledger's row says of the outputs of the run that this one goes on from; nothing in one on everything."""

    def window(self, name: str, resource: Resource) -> Window:
        """Return what the run sees of an input.

        :param name: the parameter that reads it, as one dataset may be a snapshot input too.
        :param resource: the dataset, as it is declared.
        """

    def record(self) -> Mapping[str, Any]:
        """Return what the ledger's row says of the run; what the next run is decided by."""
