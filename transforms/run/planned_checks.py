"""Checks of a plan's jobs that cannot be made: told beforehand of inputs that are there and that no job of the plan makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from transforms.checks.planning import planned
from transforms.errors import DataError, TransformsError
from transforms.expectations.parts import references
from transforms.plan.staleness import Plan
from transforms.run.check_facts import facts_of, need_rows
from transforms.run.plan_reading import PlanReader
from transforms.spec.params import Param
from transforms.spec.resource import Resource
from transforms.spec.transform import Transform
from transforms.store.tables import TableView


@dataclass(frozen=True)
class CheckPlanner(PlanReader):
    """Looks at the columns of checked inputs, as the jobs of a plan will."""

    def impossible(self, plan: Plan) -> list[TransformsError]:
        """Return an error for each input of a plan's jobs that has a check which cannot be made; a build would raise it."""
        building = [job.node for job in plan.jobs if job.action == "build"]
        checked = [
            (self.transforms[node.name], param)
            for node in building
            for param in self.transforms[node.name].inputs.values()
            if param.checks
        ]
        made = {output.key for node in building for output in node.outputs}
        read = {resource for transform, param in checked for resource in self._read(transform, param).values()}
        known = [resource for resource in read if resource.key not in made]
        if not known:
            return []
        views = dict(zip(known, self.side_by_side(self._view, known), strict=True))
        return [error for transform, param in checked for error in self._faults(transform, param, views)]

    def _read(self, transform: Transform, param: Param) -> dict[str, Resource]:
        """Return what is looked at for the checks of an input: itself, and the inputs that they name."""
        names = dict.fromkeys(name for check in param.checks for name in references(check.expectation))
        others = {name: self.resolve(transform.inputs[name].resources[0]) for name in names}
        return {"": self.resolve(param.resources[0]), **others}

    def _view(self, resource: Resource) -> TableView | TransformsError | None:
        try:
            found = self.store.view(resource, self.branch, self.fallbacks)
        except TransformsError as error:  # so would the job end
            return error
        return None if found is None else found[0]

    def _faults(
        self, transform: Transform, param: Param, views: Mapping[Resource, TableView | TransformsError | None]
    ) -> Iterator[TransformsError]:
        read = self._read(transform, param)
        found = {name: views.get(resource) for name, resource in read.items()}
        yield from (view for view in found.values() if isinstance(view, TransformsError))
        there = {name: (read[name].alias, view) for name, view in found.items() if isinstance(view, TableView)}
        if len(there) < len(read):
            return  # what is not there yet may have any columns
        _, view = there.pop("")
        try:
            need_rows(transform, read[""], view.holds_files, param.checks)
            facts = facts_of(transform, read[""], view.fields, there)
        except DataError as error:
            yield error
            return
        for check in param.checks:
            try:
                planned(check, facts)
            except DataError as error:
                yield DataError(f"{transform.__name__} ({transform.source}): {error}")
