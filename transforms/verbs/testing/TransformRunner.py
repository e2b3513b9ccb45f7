"""Building a dataset of a pipeline on the frames of a test."""

from __future__ import annotations

from typing import Any

from transforms.errors import NotFoundError, nearest
from transforms.spec.pipeline import Pipeline
from transforms.spec.transform import Transform
from transforms.testing.result import Output
from transforms.testing.run import run_transform
from transforms.verbs.testing.datastores import InMemoryDatastore


class TransformRunner:
    """Runs the transforms of a pipeline as a build does.

    :param pipeline: has the transforms.
    :param datastore: has the data of what they read from outside; none when None.
    """

    def __init__(self, pipeline: Pipeline, datastore: InMemoryDatastore | None = None) -> None:
        self._pipeline = pipeline
        self._datastore = datastore or InMemoryDatastore()

    def build_dataset(self, spark_session: Any, output_alias: str) -> Any:
        """Build a dataset, and before it what it needs of the pipeline and nobody has stored.

        :param spark_session: Spark's session in this process; None for a transform that needs no Spark.
        :param output_alias: the dataset.
        :returns: the dataset as a Spark DataFrame; as a Polars frame without a session.
        :raises NotFoundError: if no transform of the pipeline makes it (the nearest is suggested), or an input has no data.
        :raises Exception: whatever a compute function raised.
        """
        output = self._build(output_alias, {})
        return output.polars() if spark_session is None else output.dataframe()

    def _build(self, alias: str, built: dict[int, dict[str, Output]]) -> Output:
        makers = {
            resource.alias: (transform, name if len(param.resources) == 1 else resource.alias)
            for transform in self._pipeline.transforms
            for name, param in transform.outputs.items()
            for resource in param.resources
        }
        if alias not in makers:
            raise NotFoundError(
                f"No transform of the pipeline makes {alias}.{nearest(alias, makers)} It makes: {', '.join(makers) or 'nothing'}."
            )
        transform, name = makers[alias]
        if id(transform) not in built:
            built[id(transform)] = {}
            for needed in self._needed(transform):
                if needed in makers:
                    self._build(needed, built)
            built[id(transform)] = dict(run_transform(transform, store=self._datastore.store).outputs)
        return built[id(transform)][name]

    def _needed(self, transform: Transform) -> list[str]:
        """Return what a transform reads and nobody has stored."""
        there = self._datastore.aliases
        read = [resource.alias for param in transform.inputs.values() for resource in param.resources]
        return [alias for alias in read if alias not in there]
