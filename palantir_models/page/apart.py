"""What is known of a model's experiments that are no part of a version: of those that ended it is read once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from palantir_models.page.parameters import parameters_of

if TYPE_CHECKING:
    import polars as pl

    from palantir_models.reading.experiment import RecordedExperiment
    from palantir_models.reading.parameters import ParameterValue


class Apart:
    """The experiments of one model that are no part of a version, as far as somebody asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._ended: set[str] = set()
        self._parameters: dict[str, Mapping[str, ParameterValue]] = {}
        self._summaries: pl.DataFrame | None = None

    def contents(
        self, found: Sequence[RecordedExperiment]
    ) -> tuple[Mapping[str, Mapping[str, ParameterValue]], list[pl.DataFrame | None]]:
        """Return the hyperparameters of experiments, by name, by id; and what is known of their series.

        :param found: all such experiments that there are now.
        """
        ended = {one.experiment_id: one for one in found if is_final(one)}
        others = [one for one in found if one.experiment_id not in ended]
        with self._lock:
            if not self._ended <= ended.keys():  # some were deleted, or published since
                self._forget()
            new = [one for identity, one in ended.items() if identity not in self._ended]
            if new:
                self._parameters |= parameters_of(new)
                self._summaries = _joined(self._summaries, summaries_of(new))
                self._ended |= ended.keys()
            return {**self._parameters, **parameters_of(others)}, [self._summaries, summaries_of(others)]


def is_final(experiment: RecordedExperiment) -> bool:
    """Whether nothing of an experiment changes any more."""
    from palantir_models.reading.facts import source_of

    return source_of(experiment).is_final


def summaries_of(found: Sequence[RecordedExperiment]) -> pl.DataFrame | None:
    """Return what is known of each series of some experiments, a series a row; None where there are none."""
    from palantir_models.reading.comparison import Comparison

    return Comparison(found).summaries.polars() if found else None


def _joined(before: pl.DataFrame | None, new: pl.DataFrame | None) -> pl.DataFrame | None:
    import polars as pl

    there = [part for part in (before, new) if part is not None]
    return pl.concat(there) if there else None
