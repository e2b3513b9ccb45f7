"""What a transaction adds to a model: its versions, experiments and their series."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.columns.schema import schema
from palantir_models.experiment.names import deduplicated
from palantir_models.experiment.statuses import SUCCEEDED
from palantir_models.model.saving import Provenance, save_version, version_table
from palantir_models.model.staging import stage_tables
from palantir_models.model.versions import ModelVersion, newest_version, next_version
from palantir_models.models import ModelVersionChangeType
from transforms.run.scope import Sealed
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.entry import InputPin
from transforms.store.transaction import Transaction

if TYPE_CHECKING:
    import pyarrow as pa

    from palantir_models.adapter.base import ModelAdapter
    from palantir_models.experiment.recording import Recording


@dataclass(frozen=True)
class StagedVersion:
    """A version until it is committed.

    Attributes:
        version: the version as it will be.
        experiment: the experiment that goes with it, if any.
    """

    version: ModelVersion
    experiment: Recording | None


class ModelCommit:
    """What one transaction adds to one model.

    :param transaction: the transaction, which holds the model's lease: nobody else numbers versions meanwhile.
    :param resource: the model.
    :param code_version: the version of the training logic; empty outside of a transform.
    :param training: returns the files of that logic, which the first version keeps.
    """

    def __init__(
        self,
        transaction: Transaction,
        resource: Resource,
        code_version: str = "",
        training: Callable[[], Mapping[str, bytes]] = dict,
    ) -> None:
        self._transaction = transaction
        self._resource = resource
        self._code_version = code_version
        self._training = training
        self._path = layout.resource_path(resource, transaction.branch)
        view = transaction.open_output(f"{self._path}/{layout.VERSIONS}")
        newest = None if view is None else newest_version(transaction.store, resource, view)
        self._latest = None if newest is None else newest[0]
        self._count = 0 if view is None else view.row_count()
        self._staged: list[StagedVersion] = []

    @property
    def alias(self) -> str:
        """The model's path or RID."""
        return self._resource.alias

    @property
    def staged(self) -> Sequence[StagedVersion]:
        """The versions that the transaction will commit, oldest first."""
        return tuple(self._staged)

    def save(
        self,
        adapter: ModelAdapter,
        inputs: Mapping[str, InputPin],
        change_type: ModelVersionChangeType | None = None,
        experiment: Recording | None = None,
        notes: str | None = None,
    ) -> ModelVersion:
        """Stage an adapter's state, and end the experiment that goes with it.

        :param adapter: the trained model in its adapter.
        :param inputs: what it was trained on, by :func:`~transforms.store.lookup.input_key`.
        :param change_type: which part of the version number rises; MINOR when None.
        :param experiment: the experiment that is published with the version.
        :param notes: what its author wrote about it.
        :returns: the version as it will be.
        :raises SerializationError: if the state cannot be saved; nothing of it is left then.
        """
        number = next_version(self._latest, change_type)
        provenance = Provenance(
            inputs,
            self._code_version,
            None if experiment is None else experiment.experiment_id,
            notes,
            change_type or ModelVersionChangeType.MINOR,
            {} if self._staged else self._training(),
        )
        version = save_version(self._transaction, self._path, number, adapter, provenance)
        self._latest = number
        if experiment is not None:
            experiment.close(SUCCEEDED)
        self._staged.append(StagedVersion(version, experiment))
        return version

    def seal(self) -> Sealed:
        """Name the experiments, stage every table and return the model's part of the commit."""
        published = [(one.experiment, one.version) for one in self._staged if one.experiment is not None]
        experiments = [experiment for experiment, _ in published]
        self._name(experiments)
        # Published in this order: who sees a version sees its experiment, and who sees that sees its series.
        tables = _series(experiments)
        if published:
            commit = {"transaction": self._transaction.id}
            tables["experiments"] = _rows(
                [{**e.row(), **commit, "model_version_id": v.version_id} for e, v in published]
            )
        tables[layout.VERSIONS] = version_table([one.version for one in self._staged])
        newest = self._staged[-1].version
        summary = {
            "version": newest.version,
            "version_id": newest.version_id,
            "version_count": self._count + len(self._staged),
            "versions": [_summary(one) for one in self._staged],
            "experiments": [experiment.name for experiment in experiments],
            "values": sum(experiment.value_count for experiment in experiments),
        }
        return Sealed(self._resource, tuple(stage_tables(self._transaction, self._path, tables)), summary)

    def _name(self, experiments: Sequence[Recording]) -> None:
        from transforms.engine.local.reading import scan_polars

        view = self._transaction.open_output(f"{self._path}/experiments")
        taken = set() if view is None or not experiments else set(scan_polars(view).select("name").collect()["name"])
        for experiment in experiments:
            experiment.rename(deduplicated(experiment.name, taken))
            taken.add(experiment.name)


def _summary(staged: StagedVersion) -> dict[str, Any]:
    name = None if staged.experiment is None else staged.experiment.name
    return {"version": staged.version.version, "version_id": staged.version.version_id, "experiment": name}


def _rows(rows: list[dict[str, Any]]) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pylist(rows, schema=schema("experiments"))


def _series(experiments: Sequence[Recording]) -> dict[str, pa.Table]:
    import pyarrow as pa

    parts: dict[str, list[pa.Table]] = {}
    for experiment in experiments:
        for kind, table in experiment.recorded().arrow(experiment.experiment_id, plain=False).items():
            parts.setdefault(kind, []).append(table)
    return {kind: pa.concat_tables(tables) for kind, tables in parts.items()}
