"""The experiments that one model output created: what its user has of each, and what its job has."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.recording import Recording


class Trials:
    """The experiments of one model output, as long as somebody has them."""

    def __init__(self) -> None:
        self._recordings: WeakKeyDictionary[Experiment, Recording] = WeakKeyDictionary()
        self._has_ended = False

    def add(self, recording: Recording) -> Experiment:
        """Return the experiment that a recording is for."""
        experiment = Experiment(recording)
        self._recordings[experiment] = recording
        return experiment

    def recording(self, experiment: Experiment) -> Recording | None:
        """Return what records an experiment; None when another output created it."""
        return self._recordings.get(experiment)

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """The experiments, in the order in which they were created."""
        return tuple(self._recordings)

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """What records each of :attr:`experiments`."""
        return tuple(self._recordings.values())

    @property
    def has_ended(self) -> bool:
        """Whether the job is over, so that whatever came now would be in no commit."""
        return self._has_ended

    def end(self) -> None:
        """Note that the job is over."""
        self._has_ended = True
