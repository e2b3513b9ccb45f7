"""Finding the experiments that an address names."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from palantir_models.page.answers import Refusal, as_json
from palantir_models.page.apart import summaries_of
from palantir_models.page.asked import Asked
from palantir_models.page.parameters import parameters_of
from transforms.common.json_text import from_json

if TYPE_CHECKING:
    import polars as pl

    from palantir_models.reading.experiment import RecordedExperiment
    from palantir_models.reading.model import Model
    from palantir_models.reading.parameters import ParameterValue


class Known:
    """A model as it was when it was opened, with what its published experiments have and will always have.

    :param model: the model.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._answers: dict[str, tuple[Hashable, bytes]] = {}

    def answer(self, name: str, make: Callable[[], Any], about: Hashable = None) -> Response:
        """Return an answer that is the same until something is committed to the model, as JSON that is kept.

        :param name: what is answered.
        :param make: gives it.
        :param about: what else it depends on; of several the last one is kept.
        """
        kept = self._answers.get(name)
        if kept is None or kept[0] != about:
            kept = self._answers[name] = about, as_json(make())
        return Response(kept[1], media_type="application/json")

    @cached_property
    def published(self) -> Mapping[str, RecordedExperiment]:
        """The published experiments, by id."""
        return {one.experiment_id: one for one in self.model.experiments}

    @cached_property
    def summaries(self) -> pl.DataFrame | None:
        """What is known of each of their series; see :attr:`~palantir_models.reading.comparison.Comparison.summaries`."""
        return summaries_of(self.model.experiments)

    @cached_property
    def environments(self) -> Mapping[str, Mapping[str, Any]]:
        """Where each of them ran, by id."""
        from palantir_models.reading.points import sources_of

        return {
            identity: _decoded(row.get("environment") or "{}")
            for source, ids in sources_of(self.model.experiments)
            for identity, row in source.details(ids).items()
        }

    @cached_property
    def parameters(self) -> Mapping[str, Mapping[str, ParameterValue]]:
        """Their hyperparameters, by name, by id."""
        return parameters_of(self.model.experiments)


@lru_cache(256)
def _decoded(text: str) -> Mapping[str, Any]:
    """Return where an experiment ran; many of a model ran at the same place."""
    found: Mapping[str, Any] = from_json(text)
    return found


def known(asked: Asked) -> Known:
    """Open the model whose RID is in the path."""
    opened, resource, branch = asked.opened, asked.resource("model"), asked.branch
    return opened.once(("known", *opened.state(resource, branch)), lambda: Known(opened.model(resource, branch)))


def experiments(asked: Asked, ids: Sequence[str]) -> list[RecordedExperiment]:
    """Return the experiments of the model in the path that have some ids, in their order.

    :raises Refusal: if one is not there, or not there any more.
    """
    from palantir_models.reading.everywhere import apart

    there = known(asked)
    found = there.published
    others = {identity for identity in ids if identity not in found}
    if others:
        model = there.model
        apart_now = apart(asked.opened.store, model.branch, model.alias, others)
        found = {**found, **{one.experiment_id: one for one in apart_now}}
    missing = [identity for identity in ids if identity not in found]
    if missing:
        raise gone(missing, there.model.alias)
    return [found[identity] for identity in ids]


def gone(ids: Sequence[str], alias: str) -> Refusal:
    """Return the refusal of experiments that are not there."""
    return Refusal(
        410,
        "The experiment is gone" if len(ids) == 1 else f"{len(ids)} experiments are gone",
        f"{alias} has no experiment {', '.join(ids[:3])}{' and others' if len(ids) > 3 else ''}.",
        "It was deleted, or belongs to another model or branch.",
    )
