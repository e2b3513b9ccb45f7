"""What is known of the MLflow run that an experiment was imported from; it stands in the experiment's environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from palantir_models.mlflow.exchange.renumbering import unpacked

_KEY = "mlflow"

Stretches = Sequence[Sequence[int]]
"""Steps as :func:`palantir_models.mlflow.exchange.renumbering.packed` writes them."""


@dataclass(frozen=True)
class Origin:
    """The run that an experiment was imported from.

    Attributes:
        uri: the tracking server, database or folder, without credentials.
        run_id: the run.
        experiment: the name of its MLflow experiment.
        run_name: its own name.
        status: its status, such as ``KILLED``.
        parent_run_id: the run that it is nested in, if any.
        tags: the tags that people and libraries gave it.
        steps: of the series whose steps were numbered anew, the steps in MLflow; see
            :func:`palantir_models.mlflow.exchange.renumbering.packed`.
        source: where the experiment came from before it went to MLflow, if it was one of ours.
    """

    uri: str
    run_id: str
    experiment: str
    run_name: str
    status: str
    parent_run_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, Stretches] = field(default_factory=dict)
    source: str | None = None

    @classmethod
    def of(cls, environment: Mapping[str, Any]) -> Origin | None:
        """Read it from an experiment's environment; None where it was not imported."""
        return cls(**environment[_KEY]) if _KEY in environment else None

    def within(self, environment: Mapping[str, Any]) -> dict[str, Any]:
        """Return an environment that holds it."""
        return {**environment, _KEY: {name: value for name, value in asdict(self).items() if value}}

    def mlflow_steps(self, series: str, count: int) -> list[int] | None:
        """Return the steps that a series has in MLflow, in the order of ours; None where they are the same."""
        steps = unpacked(self.steps.get(series, ()))
        return steps if len(steps) == count and count else None
