"""Running a job again as the ledger says that it ran: its inputs where they lie, and what of them was new for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from transforms.errors import StoreError
from transforms.plan.incremental import INPUTS, Decision
from transforms.run.scope import JobScope
from transforms.run.window import Window
from transforms.spec.resource import Resource
from transforms.store.additions import NotAdditive, additions
from transforms.store.entry import InputPin
from transforms.store.tables import TableView, at_version, view_table


@dataclass(frozen=True)
class Replay:
    """A job that ran before.

    Attributes:
        inputs: what it read, by :func:`~transforms.store.lookup.input_key`: each as it is opened, also from another store, and
            as it is recorded.
        ran: what the ledger's row says of an incremental run that went on from the one before; None for any other.
    """

    inputs: Mapping[str, tuple[TableView, InputPin]] = field(default_factory=dict)
    ran: Mapping[str, Any] | None = None

    @property
    def views(self) -> dict[str, TableView]:
        """The inputs, opened."""
        return {key: view for key, (view, _) in self.inputs.items()}

    @property
    def pins(self) -> dict[str, InputPin]:
        """The inputs, as they are recorded."""
        return {key: pin for key, (_, pin) in self.inputs.items()}


class ReplayedIncrement:
    """An incremental run that sees of each input what it saw then.

    :param scope: the running job.
    :param ran: what the ledger's row says of the run.
    """

    last_outputs: Sequence[Mapping[str, Any]] = ()

    def __init__(self, scope: JobScope, ran: Mapping[str, Any]) -> None:
        self._scope = scope
        self._ran = ran

    @property
    def decision(self) -> Decision:
        """How it ran, and why."""
        return Decision(self._ran["ran"], self._ran["reason"])

    @property
    def is_incremental(self) -> bool:
        """Whether it read what was new."""
        return self.decision.is_incremental

    def window(self, name: str, resource: Resource) -> Window:
        """Return what the run saw of an input; see :class:`~transforms.run.window.Increment`.

        :raises StoreError: if the log does not tell any more what was new in it.
        """
        view, _ = self._scope.open(resource)
        inputs = self._ran[INPUTS]
        since = (inputs.get(name) or inputs.get(f"{name}: {resource.alias}") or {}).get("since")
        if since is None:
            return Window(view)
        found = additions(view.storage, view.name, since, view.version)
        if isinstance(found, NotAdditive):
            raise StoreError(
                f"What was new in {resource} after version {since} cannot be told any more: {found.reason}."
            )
        return Window(view, found.files, since == view.version, partial(_earlier, view, since))

    def record(self) -> Mapping[str, Any]:
        """Return what the ledger's row says of the run."""
        return self._ran


def _earlier(view: TableView, version: int) -> TableView | None:
    found = view_table(view.ledger, view.storage, view.name, "")
    return None if found is None else at_version(found, version, "")
