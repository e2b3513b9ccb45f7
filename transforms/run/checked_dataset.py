"""A dataset whose checks a job makes, asked on the engine that the job uses."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

from transforms.checks.passing import made
from transforms.checks.planning import definition_of
from transforms.checks.questions import Rows
from transforms.checks.results import CheckResult
from transforms.errors import DataError
from transforms.expectations.expectation import Expectation
from transforms.expectations.parts import is_of_its_dataset, outlasts, references
from transforms.run.check_facts import facts_of
from transforms.run.check_results import results_in
from transforms.run.scope import JobScope
from transforms.run.window import Window
from transforms.run.written import waits_for_upload
from transforms.spec.checks import Check
from transforms.spec.resource import Resource
from transforms.store.additions import AddedFile
from transforms.store.change import TableChange
from transforms.store.lookup import input_key
from transforms.store.tables import TableView

_LOOKED_BACK = 20


class CheckedDataset:
    """Makes the checks of one dataset.

    :param scope: the running job.
    :param resource: the dataset.
    :param fields: its columns, as Delta's schema JSON has them.
    :param checks: its checks.
    :raises DataError: if a check names an input that holds raw files.
    """

    def __init__(
        self, scope: JobScope, resource: Resource, fields: Sequence[Mapping[str, Any]], checks: Sequence[Check]
    ) -> None:
        self._scope = scope
        self._resource = resource
        self._checks = checks
        names = dict.fromkeys(name for check in checks for name in references(check.expectation))
        self._views = {name: self._referred(name) for name in names}
        self._facts = facts_of(scope.transform, resource, fields, self._views)

    def as_it_is(self, view: TableView) -> list[CheckResult]:
        """Make the checks on a version of the dataset."""
        return self._made(self._checks, self._rows_of(view))

    def as_it_stays(self, before: TableView) -> list[CheckResult]:
        """Make the checks on the dataset as it is, where nothing is written: of those that passed when it was, none anew."""
        return self._of_version(before, (), self._earlier(before), is_same=True)

    def as_it_grew(self, window: Window, earlier: Mapping[str, CheckResult]) -> list[CheckResult]:
        """Make the checks on an input that an earlier run saw as well: what passed of each row then, on the new ones alone.

        :param window: what this run sees of it.
        :param earlier: what the earlier run's checks of it found, by what they expect.
        """
        added = () if window.is_unchanged else window.added
        if added is None or any(file.rows is None for file in added):
            return self.as_it_is(window.current)
        return self._of_version(window.current, added, earlier, window.is_unchanged)

    def as_it_will_be(self, change: TableChange, before: TableView | None) -> list[CheckResult]:
        """Make the checks on the dataset as a change makes it: of what earlier rows are known to pass, on the new ones alone."""
        if before is None or change.mode == "overwrite":
            return self._made(self._checks, self._rows_after(change, before))
        whole, new = partial(self._rows_after, change, before), partial(self._rows_after, change, None)
        return self._in_parts(self._earlier(before), {}, whole, new, before.row_count)

    def _of_version(
        self, view: TableView, added: Sequence[AddedFile], earlier: Mapping[str, CheckResult], is_same: bool
    ) -> list[CheckResult]:
        """Make the checks on a version that has all rows of an earlier one, and those of some files."""
        kept = self._passed(earlier, is_of_its_dataset) if is_same else {}
        whole, new = partial(self._rows_of, view), partial(self._rows_of, view, added)
        return self._in_parts(earlier, kept, whole, new, lambda: view.row_count() - sum(one.rows or 0 for one in added))

    def _in_parts(
        self,
        earlier: Mapping[str, CheckResult],
        kept: Mapping[Check, CheckResult],
        whole: Callable[[], Rows],
        new: Callable[[], Rows],
        rows_before: Callable[[], int],
    ) -> list[CheckResult]:
        """Make the checks: some not anew, some on the new rows, the others on all."""
        known = [check for check in self._passed(earlier, outlasts) if check not in kept]
        others = [check for check in self._checks if check not in known and check not in kept]
        results = [
            replace(found, check=check.name, on_error=check.on_error, seconds=0.0) for check, found in kept.items()
        ]
        results += self._made(others, whole()) if others else []
        results += self._made(known, new(), rows_before()) if known else []
        place = {check.name: number for number, check in enumerate(self._checks)}
        return sorted(results, key=lambda result: place[result.check])

    def _passed(
        self, earlier: Mapping[str, CheckResult], still: Callable[[Expectation], bool]
    ) -> dict[Check, CheckResult]:
        """Return the checks that passed before and of which that still tells something, with what they found."""
        found = {check: earlier.get(definition_of(check)) for check in self._checks if still(check.expectation)}
        return {check: one for check, one in found.items() if one is not None and one.passed}

    def _made(self, checks: Sequence[Check], rows: Rows, known_rows: int = 0) -> list[CheckResult]:
        transform = self._scope.transform
        began = time.perf_counter()
        try:
            with self._explained():
                results = made(checks, self._facts, rows, self._resource.key)
        except DataError as error:
            raise DataError(f"{transform.__name__} ({transform.source}): {error}") from error
        seconds = round(time.perf_counter() - began, 3)
        return [replace(result, rows=known_rows + result.rows, seconds=seconds) for result in results]

    def _rows_of(self, view: TableView, files: Sequence[AddedFile] | None = None) -> Rows:
        if self._scope.uses_spark:
            from transforms.engine.spark.reading import read_dataframe

            return self._on_spark(read_dataframe(self._engine, view, self._resource.alias, files))
        from transforms.engine.local.reading import scan_added, scan_polars

        return self._on_polars(scan_polars(view) if files is None else scan_added(view, files))

    def _rows_after(self, change: TableChange, before: TableView | None) -> Rows:
        storage = self._scope.transaction.store.storage
        if self._scope.uses_spark and not waits_for_upload(storage, change):
            from transforms.engine.spark.reading import read_changed

            return self._on_spark(read_changed(self._engine, storage, change, before))
        from transforms.engine.local.full_view import scan_changed

        return self._on_polars(scan_changed(storage, change, before))

    def _on_polars(self, frame: Any) -> Rows:
        from transforms.checks.local import LocalRows
        from transforms.engine.local.reading import scan_polars

        return LocalRows(frame, self._facts, {name: scan_polars(view) for name, (_, view) in self._views.items()})

    def _on_spark(self, frame: Any) -> Rows:
        from transforms.checks.spark import SparkRows
        from transforms.engine.spark.reading import read_dataframe

        foreign = {name: read_dataframe(self._engine, view, alias) for name, (alias, view) in self._views.items()}
        return SparkRows(frame, self._facts, foreign)

    def _explained(self) -> AbstractContextManager[None]:
        if not self._scope.uses_spark:
            return nullcontext()
        from transforms.engine.spark.failures import explained

        return explained(f"{self._scope.transform.__name__}, checking {self._resource.alias}")

    @property
    def _engine(self) -> Any:
        return self._scope.spark(f"{self._resource.alias}: making its checks", "@transform.using")

    def _referred(self, param: str) -> tuple[str, TableView]:
        resource = self._scope.config.resolve(self._scope.transform.inputs[param].resources[0])
        return resource.alias, self._scope.views[input_key(resource)]

    def _earlier(self, before: TableView) -> dict[str, CheckResult]:
        """Return what was found of the rows there are when they were committed, if nobody wrote since; by what was expected."""
        history = before.table.history(_LOOKED_BACK)
        newest = next((commit for commit in history if commit.get("operation") != "OPTIMIZE"), {})
        if not before.seq or newest.get("ledgerSeq") != before.seq:
            return {}
        entry = self._scope.transaction.store.ledger.entry(before.seq)
        output = {} if entry is None else entry.outputs.get(self._resource.key, {})
        return {one.definition: one for one in results_in(output) if one.dataset == self._resource.key}
