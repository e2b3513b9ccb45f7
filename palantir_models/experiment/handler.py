"""What becomes of a fault that is not the caller's: raised, warned of once, or dropped; always counted."""

from __future__ import annotations

import enum
import logging
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from palantir_models.experiment.errors import ExperimentError, ExperimentTypeError
from transforms.common.usercode import calling_line

_log = logging.getLogger(__name__)


class ErrorHandlerType(enum.Enum):
    """How an experiment treats errors that its caller did not cause: a full disk, a reached limit.

    Follows the public page integrate-models/experiments-overview. Mistakes in a call (a wrong type, an image
    that is no PNG, a step that does not rise) raise under every member.
    """

    FAIL = "FAIL"
    """Raise the error."""
    WARN = "WARN"
    """Log one warning for the first error; drop what the later ones concern without a word."""
    SUPPRESS = "SUPPRESS"
    """Drop without a word."""


class ErrorHandler:
    """The policy of one experiment, with a count of what it dropped. Safe to use from several threads.

    :param kind: the policy.
    :param subject: the experiment in words, for the warning.
    :raises ExperimentTypeError: when the policy is no :class:`ErrorHandlerType`.
    """

    def __init__(self, kind: ErrorHandlerType, subject: str) -> None:
        if not isinstance(kind, ErrorHandlerType):
            raise ExperimentTypeError(
                f"error_handler_type must be a member of ErrorHandlerType, not {kind!r}: "
                "pass for example ErrorHandlerType.WARN from palantir_models.experiments."
            )
        self.kind = kind
        self.subject = subject
        """The experiment in words."""
        self.lock = threading.RLock()  # a signal handler may log as well
        self._dropped: Counter[tuple[str, str]] = Counter()
        self.changes = 0
        """Rises whenever something is dropped."""
        self._warned = False

    @property
    def dropped(self) -> dict[tuple[str, str], int]:
        """How many values were not kept, by kind (``metric``, ``image``, …) and name."""
        with self.lock:
            return dict(self._dropped)

    @property
    def dropped_count(self) -> int:
        """How many values were not kept in all."""
        with self.lock:
            return self._dropped.total()

    @contextmanager
    def guard(self, kind: str, names: Iterable[str]) -> Iterator[None]:
        """Let mistakes of the caller pass and apply the policy to any other error of the block.

        :param kind: what is being logged, such as ``metric``.
        :param names: the series, hyperparameters or tables concerned; one value of each counts as dropped.
        :raises ExperimentError: the caller's mistake.
        :raises Exception: the error itself under ``FAIL``.
        """
        try:
            yield
        except ExperimentError:
            raise
        except Exception as error:  # noqa: BLE001 (the policy is about every fault)
            self.drop(kind, names, error)

    def drop(self, kind: str, names: Iterable[str], error: Exception) -> None:
        """Count values that cannot be kept and apply the policy.

        Values are counted under ``FAIL`` too: code that catches the error goes on with an incomplete
        experiment.

        :param kind: what was being logged.
        :param names: the name of each value lost; a name given twice counts twice.
        :param error: why.
        :raises Exception: the error itself under ``FAIL``.
        """
        with self.lock:
            self._dropped.update((kind, name) for name in names)
            self.changes += 1
        if self.kind is ErrorHandlerType.FAIL:
            raise error
        self.warn(error, "This and later values that cannot be kept are dropped and counted in silence.")

    def warn(self, error: Exception, consequence: str) -> None:
        """Log one warning for the first fault under ``WARN``; nothing for later ones, or under the other members.

        :param error: what went wrong.
        :param consequence: what that means for what is logged.
        """
        with self.lock:
            first, self._warned = not self._warned, True
        if self.kind is ErrorHandlerType.WARN and first:
            reason = str(error) or type(error).__name__
            end = "" if reason.endswith((".", "!", "?")) else "."
            line = calling_line()
            place = "" if line is None else f" It began at {line}"
            _log.warning("%s: %s%s %s%s", self.subject, reason, end, consequence, place)
