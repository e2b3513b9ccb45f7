"""``create_evaluation`` of a loaded model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms.errors import MisuseError


class EvaluationOpener:
    """What a loaded model has as ``create_evaluation``; a copy of the model in another process has one that refuses.

    :param create: makes the evaluation in the job, or returns the one there is; None outside of a transform that evaluates.
    """

    def __init__(self, create: Callable[[str | None], Any] | None = None) -> None:
        self._create = create

    @property
    def is_open(self) -> bool:
        """Whether it makes evaluations, rather than refusing."""
        return self._create is not None

    def __call__(self, name: str | None = None) -> Any:
        """Create the evaluation of this version, or return the one that was created before.

        Follows the public page integrate-models/evaluation-reference.

        :param name: 1 to 100 characters; the name of the evaluation set when not given. Where the model has an evaluation of
            this name, the commit adds ``-2``, ``-3``, …
        :returns: the :class:`~palantir_models.evaluations.Evaluation`, which takes logs until the job ends.
        :raises EvaluationError: if the name cannot be used, there would be too many evaluation sets, or the job has ended.
        :raises MisuseError: outside of a transform that is decorated with ``@evaluation``.
        """
        if self._create is None:
            raise MisuseError(
                "create_evaluation() works in the function of a transform, on the model that a ModelInput gave it: put "
                "@evaluation('name of the set') above all of its decorators. Workers in other processes return values to it."
            )
        return self._create(name)

    def __copy__(self) -> EvaluationOpener:
        return self

    def __deepcopy__(self, memo: Any) -> EvaluationOpener:
        return self

    def __reduce__(self) -> Any:
        return EvaluationOpener, ()
