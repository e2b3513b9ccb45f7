"""What is new for one run of an ``@incremental`` transform: decided before its function is called."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from transforms.errors import IncrementalRequiredError
from transforms.plan.incremental import INPUTS, Decision, InputState, decide
from transforms.run.continuing import Growth, Place, read_inputs
from transforms.run.scope import JobScope
from transforms.run.window import Window
from transforms.spec.incremental import Incremental
from transforms.spec.resource import Resource
from transforms.spec.transform import Transform
from transforms.store.additions import Additions, fingerprint_of, first_batch
from transforms.store.lookup import input_key
from transforms.store.tables import TableView, at_version

_log = logging.getLogger("transforms.api._incremental")


class JobIncrement:
    """How one run of an incremental transform goes: whether it goes on from the last, and what is new in each input.

    Made by :meth:`of`.

    Attributes:
        decision: whether it is incremental, and why.
        last_outputs: what the ledger's row says of the outputs of the run that it goes on from.
    """

    def __init__(self, scope: JobScope, decision: Decision, growth: Growth, grown: Mapping[str, Additions]) -> None:
        self.decision = decision
        self._growth = growth
        self.last_outputs: Sequence[Mapping[str, Any]] = growth.outputs if decision.is_incremental else ()
        self._scope = scope
        self._grown = grown

    @classmethod
    def of(cls, scope: JobScope) -> JobIncrement | None:
        """Decide how a job runs; None for one that is not incremental by its declaration.

        :raises IncrementalRequiredError: if it must be incremental and cannot.
        :raises NotFoundError: if an input does not exist.
        """
        declared = scope.transform.incremental
        if declared is None:
            return None
        store, transaction = scope.transaction.store, scope.transaction
        place = Place(
            store, transaction.branch, scope.fallbacks, store.writes(), store.storage.is_table, transaction.pinned
        )
        outputs = [place.output(resource) for resource in transaction.outputs]
        growth, grown = Growth.since(store.storage, declared, outputs), dict[str, Additions]()
        if scope.as_of is not None:
            decision = scope.as_of.decision
        else:
            decision = decide(transaction.transform, declared, outputs, _looked_at(scope, declared, growth, grown))
        if not decision.is_incremental:
            if (refused := refusal(scope.transform, decision)) is not None:
                raise refused
            _log.warning("Not running incrementally: %s", decision.reason)
            grown.clear()
        increment = cls(scope, decision, growth, grown)
        increment._keep_to_limits()
        return increment

    @property
    def is_incremental(self) -> bool:
        """Whether the run reads what is new and adds to what is there."""
        return self.decision.is_incremental

    def window(self, name: str, resource: Resource) -> Window:
        """Return what the run sees of an input.

        :param name: the parameter that reads it, as one dataset may be a snapshot input too.
        :param resource: the dataset, as it is declared.
        """
        view, branch = self._scope.open(resource)
        found = self._grown.get(input_key(self._scope.config.resolve(resource)))
        if found is None or name in self._growth.declared.snapshot_inputs:
            return Window(view, is_unchanged=self._is_unchanged(resource, view, branch))
        return Window(view, found.files, found.since == view.version, partial(self._at, view, found.since))

    def record(self) -> dict[str, Any]:
        """Return what the ledger's row says of the run; what the next run is decided by."""
        return {
            "ran": self.decision.is_incremental,
            "reason": self.decision.reason,
            "semantic_version": self._growth.declared.semantic_version,
            "v2_semantics": self._growth.declared.v2_semantics,
            INPUTS: dict(self._inputs()),
        }

    def _inputs(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name, param in self._scope.transform.inputs.items():
            for resource in param.resources:
                if resource.kind == "dataset":
                    label = name if len(param.resources) == 1 else f"{name}: {resource.alias}"
                    yield label, self._input(name, resource)

    def _input(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return what the run read of an input: what, how many rows after which version, up to which version."""
        window = self.window(name, resource)
        view, key = window.current, input_key(self._scope.config.resolve(resource))
        is_whole = window.added is None
        return {
            "key": key,
            "rows": view.told_row_count() if is_whole else self._grown[key].rows,
            "since": None if is_whole else self._grown[key].since,
            "version": view.version,
            "fingerprint": fingerprint_of(view.storage, view.name, view.version),
        }

    def _keep_to_limits(self) -> None:
        """Let no input be read further than its limit of transactions; the next run goes on from there."""
        for read in read_inputs(self._scope.transform, self._growth.declared, self._scope.config.resolve):
            if read.limit is not None:
                view, _ = self._scope.open(read.declared)
                grown = self._grown.get(read.key)
                until = grown.until if grown else first_batch(view.storage, view.name, view.version, read.limit)
                self._scope.narrow(read.declared, until)

    def _is_unchanged(self, resource: Resource, view: TableView, branch: str) -> bool:
        """Whether the last run saw the same version of an input that is read whole."""
        resolved = self._scope.config.resolve(resource)
        pin = self._growth.pin(resolved) if self.is_incremental else None
        if pin is None or (pin.branch, pin.version) != (branch, view.version):
            return False
        known = self._growth.fingerprints.get(input_key(resolved))
        return known is not None and known == fingerprint_of(view.storage, view.name, view.version)

    def _at(self, view: TableView, version: int) -> TableView | None:
        found = self._scope.transaction.store.view_table(view.name)
        return None if found is None else at_version(found, version, self._scope.transaction.store.app_id)


def refusal(transform: Transform, decision: Decision) -> IncrementalRequiredError | None:
    """Return the error for a run on everything where the transform requires another; None where it may run.

    :param transform: the transform.
    :param decision: how it would run.
    """
    declared = transform.incremental
    if declared is None or not declared.require_incremental or decision.is_incremental or decision.is_meant:
        return None
    return IncrementalRequiredError(
        f"{transform.__name__} ({transform.source}) requires an incremental run, and would run on everything: "
        f"{decision.reason}. Nothing of it was run. To have everything built anew, leave out require_incremental=True for "
        f"one build."
    )


def _looked_at(
    scope: JobScope, declared: Incremental, growth: Growth, grown: dict[str, Additions]
) -> Iterator[InputState]:
    """Yield the state of each input that is read incrementally, and note what was added to it."""
    for read in read_inputs(scope.transform, declared, scope.config.resolve):
        view, branch = scope.open(read.declared)
        state, found = growth.look(read, branch, view.name, view.version)
        if found is not None:
            grown[read.key] = found
        yield state
