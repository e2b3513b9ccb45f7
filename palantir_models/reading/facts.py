"""What an experiment's row says of it, and where its contents are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from palantir_models.reading.read_only import ReadOnly
from palantir_models.reading.sources import Source


class ExperimentFacts(ReadOnly):
    """An experiment, as far as its row tells.

    Attributes:
        experiment_id: 32 hexadecimal digits.
        name: its name, distinct among the published ones of its model.
        model: the model's path or RID.
        version: the number of the version it was published with; None if it was not.
        status: ``RUNNING``, ``SUCCEEDED``, ``FAILED``, ``ABANDONED`` (its process died, or let go of it), ``SUPERSEDED`` (a
            later one of the process has its name) or ``UNREADABLE``.
        error: what it failed with.
        created_time: when it began, in UTC.
        finished_time: when it ended, in UTC.
        branch: the branch of its model.
        transform: the transform, or program, that ran it.
        transaction: the id of its job's transaction.
        source: where that transform is, as ``file:line``.
        code_version: the version of the transform's logic.
        parameter_count: how many hyperparameters it has.
        value_count: how many metric values it has, across its series.
        dropped_count: how many values of any kind were offered and not kept.

    :param row: its row of the experiments table, with ``model`` and ``version``.
    :param source: where its contents are.
    """

    experiment_id: str
    name: str
    model: str
    version: str | None
    status: str
    error: str | None
    created_time: datetime
    finished_time: datetime | None
    branch: str | None
    transform: str | None
    transaction: str | None
    source: str | None
    code_version: str | None
    parameter_count: int
    value_count: int
    dropped_count: int
    if TYPE_CHECKING:
        _source: Source

    def __init__(self, row: Mapping[str, Any], source: Source) -> None:
        vars(self).update(
            zip(_FACTS, map(row.get, _FACTS), strict=True), _source=source
        )  # of thousands, a list is made

    @property
    def is_published(self) -> bool:
        """Whether it is in the model's tables: with a version, or imported."""
        return self._source.is_published


_FACTS = tuple(ExperimentFacts.__annotations__)


def ranks_of(experiments: Iterable[ExperimentFacts]) -> dict[str, int]:
    """Return the place of each experiment in the order in which they were created, by id; the first one has 0.

    It stays what it is when later ones come, so a colour by it does, too. Only one that is imported, or was created
    earlier and is deleted, moves those behind it.

    :param experiments: those of a model, in any order.
    """
    found = sorted({(one.created_time, one.experiment_id) for one in experiments})
    return {identity: rank for rank, (_, identity) in enumerate(found)}


def source_of(experiment: ExperimentFacts) -> Source:
    """Return where an experiment's contents are, for who reads those of many in one go or as they are stored."""
    return experiment._source  # noqa: SLF001 (none of a user's business)
