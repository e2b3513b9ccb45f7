"""Errors of evaluations. There is no error handler: each of them is raised, and the call that raised it changed nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from palantir_models.experiment.errors import ExperimentError, ExperimentLimitError, ExperimentTypeError
from transforms.errors import TransformsError


class EvaluationError(TransformsError, ValueError):
    """An evaluation that cannot be made, or a call to one that cannot be followed; nothing of it was kept."""


class EvaluationTypeError(EvaluationError, TypeError):
    """A value whose type an evaluation does not take."""


class EvaluationLimitError(EvaluationError):
    """A limit of evaluations is reached, so a value was not kept."""


@contextmanager
def as_evaluation_errors() -> Iterator[None]:
    """Raise what the functions that experiments share with evaluations find wrong as an error of an evaluation."""
    try:
        yield
    except ExperimentTypeError as error:
        raise EvaluationTypeError(str(error)) from error
    except ExperimentLimitError as error:
        raise EvaluationLimitError(str(error)) from error
    except ExperimentError as error:
        raise EvaluationError(str(error)) from error
