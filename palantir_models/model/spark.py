"""Inference over Spark frames; declared so that files import, refused when it is used."""

from __future__ import annotations

from typing import Any

from transforms.errors import UnavailableError


class DistributedInferenceWrapper:
    """Runs a model over the partitions of a Spark DataFrame.

    Follows the public page integrate-models/transform-model-input.

    :param model: a loaded model with one pandas input and one pandas output.
    :param ctx: the context of the transform.
    :param num_partitions: how many partitions to work on at a time; ``auto`` is one for each executor.
    :param max_rows_per_chunk: the most rows that the model is given at once.
    :raises UnavailableError: always, as yet: it needs the Spark engine.
    """

    def __init__(
        self, model: Any, ctx: Any, num_partitions: int | str = "auto", max_rows_per_chunk: int = 1_000_000
    ) -> None:
        raise UnavailableError(
            "DistributedInferenceWrapper needs the Spark engine, which this version does not run: call the model with "
            "a pandas frame instead."
        )
