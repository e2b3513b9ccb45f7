"""Declaring that a transform evaluates the models that it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.names import storable
from palantir_models.model.params import ModelInput
from transforms.errors import DeclarationError, TransformTypeError
from transforms.spec.resource import Resource
from transforms.spec.transform import Transform

T = TypeVar("T")

COMPANION = "evaluation"
"""The name under which a job has what takes part in its commit for its evaluations."""


@dataclass(frozen=True)
class EvaluationSet:
    """What ``@evaluation`` declares: see :class:`~transforms.spec.companion.Companion`.

    Attributes:
        name: the name of the set.
    """

    name: str
    runtime: ClassVar[str] = "palantir_models.evaluation.participant:open_evaluations"

    @property
    def json_value(self) -> Any:
        """The declaration as JSON."""
        return self.name

    def resource(self, transform: str) -> Resource:
        """Return what the ledger has for the evaluations of a transform."""
        return Resource("evaluation", f"{self.name} by {transform}")


def evaluation(evaluation_set_name: str) -> Callable[[T], T]:
    """Make a transform an evaluation of the models that it reads: they have ``create_evaluation()`` in its function.

    What is logged there is committed with the job, atomically with whatever else it writes; a transform that evaluates needs no
    output. The set is what versions are compared by: the same test on the same kind of data.
    Follows the public page integrate-models/evaluation-reference.

    :param evaluation_set_name: the name of the evaluation set; not empty.
    :returns: a decorator, to be the outermost one of a transform.
    :raises TransformTypeError: if the name is no text or empty, or what is decorated is no transform.
    :raises DeclarationError: if the transform reads no model, or is in an evaluation set already.
    """
    try:
        name = storable("The name of an evaluation set", evaluation_set_name)
    except ExperimentError as error:
        raise TransformTypeError(f"{error} evaluation() takes the name of the set: @evaluation('holdout').") from error
    if not name:
        raise TransformTypeError("evaluation() takes the name of the evaluation set: text that is not empty.")

    def decorate(transform: T) -> T:
        if not isinstance(transform, Transform):
            raise TransformTypeError(f"@evaluation goes on top of a transform; got {transform!r}.")
        where = f"{transform.__name__} ({transform.source})"
        if COMPANION in transform.companions:
            raise DeclarationError(f"{where} has @evaluation twice; a transform has one evaluation set.")
        if not any(isinstance(param, ModelInput) for param in transform.inputs.values()):
            raise DeclarationError(
                f"@evaluation: {where} reads no model to evaluate; give it a ModelInput('/path/of/model')."
            )
        transform.companions[COMPANION] = EvaluationSet(name)
        return transform

    return decorate
