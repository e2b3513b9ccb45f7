"""The checks of a job: of its inputs before the function runs, of its outputs before the commit."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from transforms.checks.facts import Facts, Referred, columns_of_fields
from transforms.checks.passing import made
from transforms.checks.planning import definition_of
from transforms.checks.results import CheckResult
from transforms.errors import CheckFailedError, DataError
from transforms.expectations.parts import outlasts, references
from transforms.run.scope import JobScope, Sealed
from transforms.spec.checks import Check
from transforms.spec.resource import Resource
from transforms.store.change import TableChange, fields_of
from transforms.store.lookup import input_key
from transforms.store.raw_files import is_marked
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import polars as pl

CHECKS = "checks"
"""Names, in what the ledger says of an output, the results of its checks; those of the inputs stand with the first output."""
_LOOKED_BACK = 20


class JobChecks:
    """Makes the checks of one job.

    :param scope: the running job.
    """

    def __init__(self, scope: JobScope) -> None:
        self._scope = scope
        self._of_inputs: list[CheckResult] = []

    def of_inputs(self) -> None:
        """Check the inputs, all of which are open.

        :raises CheckFailedError: if one is not what a check with ``FAIL`` expects.
        :raises DataError: if a check cannot be made.
        """
        for param in self._scope.transform.inputs.values():
            if param.checks:
                resource = self._scope.config.resolve(param.resources[0])
                view = self._scope.views[input_key(resource)]
                self._need_rows(resource, view.holds_files, param.checks)
                frames = _Frames(self._scope, resource, view.fields, param.checks)
                self._of_inputs += frames.made_on_view(param.checks, view)
        self._tell(self._of_inputs)

    def of_outputs(self, sealed: Sequence[Sealed]) -> list[Sealed]:
        """Check the outputs as they will be.

        :param sealed: their parts in the commit.
        :returns: the same with what the checks found, for the ledger.
        :raises CheckFailedError: if one is not what a check with ``FAIL`` expects.
        :raises DataError: if a check cannot be made.
        """
        config = self._scope.config
        checks = {
            config.resolve(param.resources[0]): param.checks
            for param in self._scope.transform.outputs.values()
            if param.checks
        }
        found = [self._of_output(part, checks.get(part.resource, ())) for part in sealed]
        self._tell([one for results in found for one in results])
        recorded = [[*(self._of_inputs if number == 0 else ()), *results] for number, results in enumerate(found)]
        return [_with_results(part, results) for part, results in zip(sealed, recorded, strict=True)]

    def _of_output(self, part: Sealed, checks: Sequence[Check]) -> list[CheckResult]:
        if not checks:
            return []
        transaction = self._scope.transaction
        table = transaction.store.table_of(part.resource, transaction.branch)
        before = transaction.open_output(table)
        (change,) = part.changes or (None,)
        if change is None:
            assert before is not None  # or there would be a change that makes it
            self._need_rows(part.resource, before.holds_files, checks)
            return _Frames(self._scope, part.resource, before.fields, checks).made_on_view(checks, before)
        fields = fields_of(change.schema)
        self._need_rows(part.resource, is_marked(fields), checks)
        if change.mode == "append" and before is not None:
            known = {field["name"] for field in fields}
            fields = [*(field for field in before.fields if field["name"] not in known), *fields]
        frames = _Frames(self._scope, part.resource, fields, checks)
        return frames.made_on_change(checks, change, before)

    def _need_rows(self, resource: Resource, holds_files: bool, checks: Sequence[Check]) -> None:
        if holds_files:
            transform = self._scope.transform
            raise DataError(
                f"{transform.__name__} ({transform.source}): check {checks[0].name!r} is on {resource.alias}, which holds raw "
                f"files and no rows, so it cannot be made. Leave it out, or write rows with .write_table(df)."
            )

    def _tell(self, results: Sequence[CheckResult]) -> None:
        transform = self._scope.transform
        failed = [result for result in results if not result.passed]
        fatal = [result for result in failed if result.on_error == "FAIL"]
        if fatal:
            told = "\n".join(f"  {result.full_text}" for result in [*fatal, *(r for r in failed if r not in fatal)])
            raise CheckFailedError(
                f"{transform.__name__} ({transform.source}) was aborted by check; nothing of it was committed.\n{told}\n"
                f"  Correct the data or the transform, or let the check only warn with on_error='WARN'."
            )
        self._scope.warnings += [f"{transform.__name__} ({transform.source}): {result.full_text}" for result in failed]


class _Frames:
    """Makes checks on one dataset.

    :param scope: the running job.
    :param resource: the dataset.
    :param fields: its columns, as Delta's schema JSON has them.
    :param checks: the checks.
    """

    def __init__(
        self, scope: JobScope, resource: Resource, fields: Sequence[Mapping[str, Any]], checks: Sequence[Check]
    ) -> None:
        self._scope = scope
        self._resource = resource
        names = dict.fromkeys(name for check in checks for name in references(check.expectation))
        self._views = {name: self._referred(name) for name in names}
        referred = {
            name: Referred(alias, view.row_count(), columns_of_fields(view.fields))
            for name, (alias, view) in self._views.items()
        }
        self._facts = Facts(resource.alias, columns_of_fields(fields), datetime.now(UTC), referred)

    def made_on_view(self, checks: Sequence[Check], view: TableView) -> list[CheckResult]:
        """Make checks on a version of the dataset."""
        from transforms.engine.local.reading import scan_polars

        return self._made(checks, scan_polars(view))

    def made_on_change(
        self, checks: Sequence[Check], change: TableChange, before: TableView | None
    ) -> list[CheckResult]:
        """Make checks on the dataset as a change makes it: of what earlier rows are known to pass, on the new ones alone."""
        from transforms.engine.local.full_view import scan_changed, scan_staged

        storage = self._scope.transaction.store.storage
        proven = set() if before is None or change.mode == "overwrite" else self._proven(before)
        known = [check for check in checks if definition_of(check) in proven and outlasts(check.expectation)]
        others = [check for check in checks if check not in known]
        results = self._made(others, scan_changed(storage, change, before)) if others else []
        if known:
            assert before is not None
            results += self._made(known, scan_staged(storage, change), before.row_count())
        place = {check.name: number for number, check in enumerate(checks)}
        return sorted(results, key=lambda result: place[result.check])

    def _made(self, checks: Sequence[Check], frame: pl.LazyFrame, known_rows: int = 0) -> list[CheckResult]:
        from transforms.checks.local import LocalRows
        from transforms.engine.local.reading import scan_polars

        transform = self._scope.transform
        foreign = {name: scan_polars(view) for name, (_, view) in self._views.items()}
        rows = LocalRows(frame, self._facts.columns, foreign)
        began = time.perf_counter()
        try:
            results = made(checks, self._facts, rows, self._resource.key)
        except DataError as error:
            raise DataError(f"{transform.__name__} ({transform.source}): {error}") from error
        seconds = round(time.perf_counter() - began, 3)
        return [replace(result, rows=known_rows + result.rows, seconds=seconds) for result in results]

    def _referred(self, param: str) -> tuple[str, TableView]:
        resource = self._scope.config.resolve(self._scope.transform.inputs[param].resources[0])
        view = self._scope.views[input_key(resource)]
        if view.holds_files:
            transform = self._scope.transform
            raise DataError(
                f"{transform.__name__} ({transform.source}): a check on {self._resource.alias} names {param!r} "
                f"({resource.alias}), which holds raw files and no rows."
            )
        return resource.alias, view

    def _proven(self, before: TableView) -> set[str]:
        """Return what is known to hold of every row there is: what passed when it was committed, if nobody wrote since."""
        history = before.table.history(_LOOKED_BACK)
        newest = next((commit for commit in history if commit.get("operation") != "OPTIMIZE"), {})
        if not before.seq or newest.get("ledgerSeq") != before.seq:
            return set()
        entry = self._scope.transaction.store.ledger.entry(before.seq)
        output = {} if entry is None else entry.outputs.get(self._resource.key, {})
        results = [CheckResult.from_json(value) for value in output.get(CHECKS, ())]
        return {one.definition for one in results if one.passed and one.dataset == self._resource.key}


def _with_results(part: Sealed, results: Sequence[CheckResult]) -> Sealed:
    if not results:
        return part
    return replace(part, summary={**part.summary, CHECKS: [result.to_json() for result in results]})
