"""Errors of experiments: one branch for mistakes in a call, and those that the error handler rules.

The one tree that :mod:`transforms.errors` draws has them. A call that raises any of them has changed nothing.
"""

from __future__ import annotations

from transforms.errors import TransformsError


class ExperimentError(TransformsError, ValueError):
    """A call to an experiment that cannot be followed; nothing of it was kept."""


class ExperimentTypeError(ExperimentError, TypeError):
    """A value whose type an experiment does not support."""


class ExperimentStepError(ExperimentError):
    """A step that is not above the last one of its series."""


class ExperimentClosedError(ExperimentError):
    """Something was logged after the experiment had ended."""


class ExperimentLimitError(TransformsError):
    """A limit of the experiment is reached, so a value was not kept."""


class ExperimentJournalError(TransformsError, OSError):
    """What was logged cannot be written to the experiment's journal, or read back from it."""


class ExperimentBridgeError(TransformsError):
    """MLflow failed at logging to an experiment and went on, so what it would have logged is missing."""
