"""The checks of a job: of its inputs before the function runs, of its outputs before the commit."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.checks.results import CheckResult
from transforms.errors import CheckFailedError
from transforms.run.check_facts import need_rows
from transforms.run.check_results import results_in, with_results
from transforms.run.checked_dataset import CheckedDataset
from transforms.run.scope import JobScope, Sealed
from transforms.spec.checks import Check
from transforms.spec.params import Param
from transforms.store.change import fields_of
from transforms.store.lookup import input_key
from transforms.store.raw_files import is_marked


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
        for name, param in self._scope.transform.inputs.items():
            if param.checks:
                self._of_inputs += self._of_input(name, param)
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
        return [with_results(part, results) for part, results in zip(sealed, recorded, strict=True)]

    def _of_input(self, name: str, param: Param) -> list[CheckResult]:
        (declared,) = param.resources
        resource, increment = self._scope.config.resolve(declared), self._scope.increment
        view = self._scope.views[input_key(resource)]
        need_rows(self._scope.transform, resource, view.holds_files, param.checks)
        checked = CheckedDataset(self._scope, resource, view.fields, param.checks)
        if increment is None:
            return checked.as_it_is(view)
        names = {
            check.name for check in param.checks
        }  # a dataset of two branches is two inputs, each with checks of its own
        earlier = [one for output in increment.last_outputs for one in results_in(output)]
        found = {one.definition: one for one in earlier if one.dataset == resource.key and one.check in names}
        return checked.as_it_grew(increment.window(name, declared), found)

    def _of_output(self, part: Sealed, checks: Sequence[Check]) -> list[CheckResult]:
        if not checks:
            return []
        transaction = self._scope.transaction
        table = transaction.store.table_of(part.resource, transaction.branch)
        before = transaction.open_output(table)
        (change,) = part.changes or (None,)
        if change is None:
            assert before is not None  # or there would be a change that makes it
            need_rows(self._scope.transform, part.resource, before.holds_files, checks)
            return CheckedDataset(self._scope, part.resource, before.fields, checks).as_it_stays(before)
        fields = fields_of(change.schema)
        need_rows(self._scope.transform, part.resource, is_marked(fields), checks)
        if change.mode == "append" and before is not None:
            known = {field["name"] for field in fields}
            fields = [*(field for field in before.fields if field["name"] not in known), *fields]
        return CheckedDataset(self._scope, part.resource, fields, checks).as_it_will_be(change, before)

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
