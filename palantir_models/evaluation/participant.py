"""A transform's evaluations in its job: created for the models that it reads, committed with what it writes."""

from __future__ import annotations

import logging
import os
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from palantir_models.evaluation.columns import evaluations_schema, media_tables, metrics_json
from palantir_models.evaluation.contents import Contents
from palantir_models.evaluation.errors import EvaluationError, EvaluationLimitError, as_evaluation_errors
from palantir_models.evaluation.evaluation import Evaluation, Record, evaluation_of
from palantir_models.experiment.limits import Limits, advice
from palantir_models.experiment.names import checked_name, deduplicated
from palantir_models.model.opener import EvaluationOpener
from palantir_models.model.staging import stage_tables
from transforms.common.forks import need_owner
from transforms.run.scope import JobScope, Sealed
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.change import TableChange
from transforms.store.joining import join

if TYPE_CHECKING:
    import pyarrow as pa

    from palantir_models.model.versions import ModelVersion
    from transforms.store.tables import TableView

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Known:
    """What the evaluations of a model on the job's branch are called.

    Attributes:
        names: of the evaluations.
        sets: of their sets.
    """

    names: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()

    @classmethod
    def of(cls, view: TableView | None) -> _Known:
        """Read the two columns of the table that tell."""
        from transforms.engine.local.reading import scan_polars

        if view is None:
            return cls()
        found = scan_polars(view).select("name", "set").collect()
        return cls(frozenset(found["name"]), frozenset(found["set"]))


class JobEvaluations:
    """The evaluations that a transform's function creates, one for each version that it reads.

    :param scope: the running job.
    :param evaluation_set: the name that ``@evaluation`` says.
    :param resource: what the ledger has for them.
    """

    def __init__(self, scope: JobScope, evaluation_set: str, resource: Resource) -> None:
        self._scope = scope
        self._limits = Limits.from_settings(scope.config.limits)
        with as_evaluation_errors():
            self._set = checked_name("an evaluation set", evaluation_set, self._limits.name_length)
        self._resource = resource
        self._lock = threading.RLock()
        self._made: dict[tuple[str, str], tuple[Record, Evaluation]] = {}
        self._has_ended = False
        self._process = os.getpid()
        self.value = self

    def opener(self, model: str, version: ModelVersion) -> EvaluationOpener:
        """Return ``create_evaluation`` of a model that the job reads.

        :param model: its alias.
        :param version: the version that was loaded.
        """
        return EvaluationOpener(lambda name: self._create(model, version, name))

    def seal(self) -> Sequence[Sealed]:
        """Name the evaluations, stage their rows and return their part of the commit."""
        records = self._end()
        if not records:
            where = f"{self._scope.transform.__name__} ({self._scope.transform.source})"
            _log.warning(
                "%s is decorated with @evaluation(%r) and returned without creating an evaluation. Its model input does: "
                "model.create_evaluation(), or evaluate(model=model, ...).",
                where,
                self._set,
            )
        changes = [
            change
            for model, of_model in groupby(sorted(records, key=lambda one: one.model), lambda one: one.model)
            for change in self._stage(Resource("model", model), list(of_model))
        ]
        told = [
            {
                "evaluation_id": one.evaluation_id,
                "name": one.name,
                "model": one.model,
                "version": one.version.version,
                "version_branch": one.version.branch,
                "metrics": len(one.contents.metrics),
            }
            for one in records
        ]
        return (Sealed(self._resource, tuple(changes), {"set": self._set, "evaluations": told}),)

    def failed(self, error: BaseException | None) -> None:
        """Nothing of an evaluation is kept without its job."""
        self._end()

    def _create(self, model: str, version: ModelVersion, name: str | None) -> Evaluation:
        need_owner(f"create_evaluation() of model {model}", self._process)
        with self._lock:
            if self._has_ended:
                raise EvaluationError(
                    f"The job that evaluates model {model} has ended: create evaluations in the transform's function."
                )
            key = (model, version.version_id)
            if key not in self._made:
                record = self._record(model, version, name)
                self._made[key] = (record, evaluation_of(record))
            record, evaluation = self._made[key]
        if name is not None and name != record.name:
            _log.warning(
                "create_evaluation(%r): model %s has the evaluation %r in this job already, which is what is returned. A job "
                "makes one of each version; subsets are told by names such as 'young/f1'.",
                name,
                model,
                record.name,
            )
        return evaluation

    def _record(self, model: str, version: ModelVersion, name: str | None) -> Record:
        with as_evaluation_errors():
            given = checked_name("an evaluation", self._set if name is None else name, self._limits.name_length)
        transaction = self._scope.transaction
        table = f"{layout.resource_path(Resource('model', model), transaction.branch)}/{layout.EVALUATIONS}"
        self._check_sets(model, _Known.of(transaction.store.view_table(table)))
        contents = Contents(self._limits)
        return Record(uuid.uuid4().hex, self._set, given, model, version, datetime.now(UTC), contents)

    def _check_sets(self, model: str, known: _Known) -> None:
        most = self._limits.evaluation_sets
        if self._set not in known.sets and len(known.sets) >= most:
            raise EvaluationLimitError(
                f"Model {model} has {len(known.sets):,} evaluation sets and may have {most:,}, so {self._set!r} is one too many. "
                f"Use the name of one that is there, or {advice('evaluation_sets')}."
            )

    def _end(self) -> list[Record]:
        with self._lock:
            self._has_ended = True
            records = [record for record, _ in self._made.values()]
        for record in records:
            record.has_ended = True
        return records

    def _stage(self, model: Resource, records: Sequence[Record]) -> list[TableChange]:
        """Name the evaluations of one model, while nobody else adds any, and stage their rows."""
        transaction = self._scope.transaction
        known = _Known.of(join(transaction, model))
        self._check_sets(model.alias, known)
        taken = set(known.names)
        for record in records:
            record.name = deduplicated(record.name, taken, self._limits.name_length)
            taken.add(record.name)
        path = layout.resource_path(model, transaction.branch)
        return stage_tables(transaction, path, {**_media(records), layout.EVALUATIONS: self._rows(records)})

    def _rows(self, records: Sequence[Record]) -> pa.Table:
        import pyarrow as pa

        return pa.Table.from_pylist([*map(self._row, records)], schema=evaluations_schema())

    def _row(self, record: Record) -> Mapping[str, Any]:
        transaction = self._scope.transaction
        return {
            "evaluation_id": record.evaluation_id,
            "set": record.evaluation_set,
            "name": record.name,
            "model_version_id": record.version.version_id,
            "branch": transaction.branch,
            "transform": transaction.transform,
            "transaction": transaction.id,
            "created_time": record.created_time,
            "metrics": metrics_json(record.contents.metrics),
            "version": record.version.version,
            "version_branch": record.version.branch,
            "source": str(self._scope.transform.source),
            "code_version": self._scope.code_version,
        }


def _media(records: Sequence[Record]) -> dict[str, pa.Table]:
    """Return images, plots and tables of several evaluations, by table."""
    import pyarrow as pa

    parts: dict[str, list[pa.Table]] = {}
    for table, rows in _each(records):
        parts.setdefault(table, []).append(rows)
    return {table: pa.concat_tables(rows) for table, rows in parts.items()}


def _each(records: Sequence[Record]) -> Iterator[tuple[str, pa.Table]]:
    for record in records:
        yield from media_tables(record.contents.media, record.evaluation_id).items()


def open_evaluations(declared: Any, name: str, scope: JobScope) -> JobEvaluations:
    """Return the participant that stands for ``@evaluation``; its value makes what the model inputs have."""
    return JobEvaluations(scope, declared.name, declared.resource(scope.transaction.transform))
