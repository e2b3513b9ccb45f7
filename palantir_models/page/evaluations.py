"""The evaluations of a model, of all branches, as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from palantir_models.page.answers import shown_number
from palantir_models.page.asked import Asked

if TYPE_CHECKING:
    from palantir_models.reading.evaluation import RecordedEvaluation

_FACTS = ("name", "version", "version_branch", "branch", "transform", "source")


def evaluations(asked: Asked) -> dict[str, Any]:
    """Return the evaluations of a model, newest first, with what they scored."""
    found = list(evaluations_by_id(asked).values())
    return {
        "sets": sorted({one.evaluation_set for one in found}),
        "evaluations": [_row(one, len(found) - 1 - place) for place, one in enumerate(found)],
    }


def evaluations_by_id(asked: Asked) -> Mapping[str, RecordedEvaluation]:
    """Return the evaluations of the model in the path by their ids, newest first."""
    from palantir_models.reading.model import Model

    opened, resource, branch = asked.opened, asked.resource("model"), asked.branch
    store = opened.store
    seq = max((write.seq for write in store.writes().values() if resource in write.evaluated), default=0)
    if seq == 0:
        return {}

    def read() -> Mapping[str, RecordedEvaluation]:
        return {one.evaluation_id: one for one in Model(resource.alias, branch, store).evaluations()}

    # What is ratified may not be in its table yet, and then this is no answer to keep.
    key = ("evaluations", *opened.state(resource, branch), seq)
    return opened.once(key, read) if seq <= store.published() else read()


def _row(one: RecordedEvaluation, rank: int) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in _FACTS},
        "id": one.evaluation_id,
        "rank": rank,
        "set": one.evaluation_set,
        "created": one.created_time,
        "metrics": [
            {"subset": subset, "name": name, "value": shown_number(value)}
            for subset, metrics in one.subsets.items()
            for name, value in metrics.items()
        ],
    }
