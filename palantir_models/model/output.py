"""A model's part in a job's commit: its versions, experiments and their series."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.arrow import schema
from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.kept import keep_unpublished
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.names import deduplicated
from palantir_models.model.saving import save_version, stage_versions
from palantir_models.model.versions import ModelVersion, next_version, read_versions
from palantir_models.model.writable import WritableModel
from palantir_models.models import ModelVersionChangeType
from transforms.run.scope import JobScope, Sealed
from transforms.store import layout
from transforms.store.change import TableChange

if TYPE_CHECKING:
    import pyarrow as pa

    from palantir_models.adapter.base import ModelAdapter

_log = logging.getLogger(__name__)


class ModelOutputWriter:
    """Stages what a job publishes to one model.

    :param resource: the model.
    :param scope: the running job, which holds the model's lease: nobody else numbers versions meanwhile.
    """

    def __init__(self, resource: Any, scope: JobScope) -> None:
        self._resource = resource
        self._scope = scope
        self._path = layout.resource_path(resource, scope.transaction.branch)
        self._latest = self._latest_version()
        self.value = WritableModel(resource.alias, Limits.from_settings(scope.config.limits), self._publish)

    def seal(self) -> Sequence[Sealed]:
        """Stage versions, experiments and series, and return their part of the commit."""
        publications = self.value.publications
        published = [p for p in publications if p.experiment is not None]
        self._keep_others()
        if not publications:
            _log.warning(
                "%s returned without publishing a version of model %s.",
                self._scope.transform.__name__,
                self._resource.alias,
            )
            return ()
        self._name_experiments([p.experiment for p in published if p.experiment is not None])
        changes = [stage_versions(self._scope.transaction, self._path, [p.version for p in publications])]
        if published:
            rows = [self._experiment_row(p.experiment, p.version) for p in published if p.experiment is not None]
            changes.append(self._stage("experiments", _table(rows, schema("experiments"))))
            changes.extend(self._series([p.experiment for p in published if p.experiment is not None]))
        newest = publications[-1]
        summary = {
            "version": newest.version.version,
            "version_id": newest.version.version_id,
            "experiments": [p.experiment.name for p in published if p.experiment is not None],
            "values": sum(p.experiment.value_count for p in published if p.experiment is not None),
        }
        return (Sealed(self._resource, tuple(changes), summary),)

    def failed(self, error: BaseException | None) -> None:
        """Keep the experiments of a failed job apart from the published ones; an aborted job's end here."""
        if error is None:
            return
        for experiment in self.value.experiments:
            experiment.close("FAILED", f"{type(error).__name__}: {error}")
            self._keep(experiment)

    def _publish(
        self,
        version_id: str,
        adapter: ModelAdapter,
        change_type: ModelVersionChangeType | None,
        experiment: Experiment | None,
        notes: str | None,
    ) -> ModelVersion:
        number = next_version(self._latest, change_type)
        version = save_version(
            self._scope.transaction,
            self._path,
            version_id,
            number,
            adapter,
            inputs=self._scope.pins,
            code_version=self._scope.code_version,
            experiment_id=None if experiment is None else experiment.experiment_id,
            notes=notes,
            change_type=change_type,
        )
        self._latest = number
        return version

    def _latest_version(self) -> str | None:
        view = self._scope.transaction.open_output(f"{self._path}/{layout.VERSIONS}")
        versions = [] if view is None else read_versions(view)
        return versions[-1].version if versions else None

    def _name_experiments(self, experiments: list[Experiment]) -> None:
        from transforms.engine.local.reading import scan_polars

        view = self._scope.transaction.open_output(f"{self._path}/experiments")
        taken = set() if view is None else set(scan_polars(view).select("name").collect()["name"])
        for experiment in experiments:
            experiment.rename(deduplicated(experiment.name, taken))
            taken.add(experiment.name)

    def _experiment_row(self, experiment: Experiment, version: ModelVersion | None) -> dict[str, Any]:
        transform, transaction = self._scope.transform, self._scope.transaction
        return {
            **experiment.row(),
            "branch": transaction.branch,
            "transform": transaction.transform,
            "transaction": transaction.id,
            "source": str(transform.source),
            "model_version_id": None if version is None else version.version_id,
        }

    def _series(self, experiments: list[Experiment]) -> list[TableChange]:
        import pyarrow as pa

        parts: dict[str, list[pa.Table]] = {}
        for experiment in experiments:
            for kind, table in experiment.tables().items():
                parts.setdefault(kind, []).append(table)
        return [self._stage(kind, pa.concat_tables(tables)) for kind, tables in parts.items()]

    def _stage(self, name: str, table: pa.Table) -> TableChange:
        from transforms.engine.local.staging import stage_frame

        return stage_frame(self._scope.transaction, f"{self._path}/{name}", table, "append")

    def _keep_others(self) -> None:
        published = {id(p.experiment) for p in self.value.publications}
        for experiment in self.value.experiments:
            if id(experiment) not in published:
                experiment.close("SUCCEEDED")
                self._keep(experiment)

    def _keep(self, experiment: Experiment) -> None:
        root = self._scope.transaction.store.root
        try:
            keep_unpublished(root / layout.JOURNAL, experiment, self._experiment_row(experiment, None))
        except OSError as error:  # what the job itself ended in matters more
            _log.warning("Experiment %r of %s could not be kept: %s", experiment.name, experiment.model, error)


def open_model_output(param: Any, name: str, scope: JobScope) -> ModelOutputWriter:
    """Return the participant that stands for a ``ModelOutput``."""
    return ModelOutputWriter(scope.config.resolve(param.resources[0]), scope)


def _table(rows: list[dict[str, Any]], columns: pa.Schema) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pylist(rows, schema=columns)
