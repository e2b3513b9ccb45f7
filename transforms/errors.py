"""Every error this framework raises on purpose, as one tree with one branch per person who can act.

    TransformsError
    ├── DeclarationError        the author of a transform: what it declares cannot be
    │   ├── TransformTypeError      (also TypeError)
    │   └── TransformKeyError       (also KeyError)
    ├── UsageError              whoever typed a command, an alias or a setting
    │   ├── ConfigError
    │   ├── NotFoundError           (also LookupError)
    │   └── MisuseError             (also AttributeError and TypeError)
    ├── DataError               the author of the data: a frame or file that cannot be stored or read
    ├── JobError                a job that did not come to its end
    ├── EngineError             whoever looks after Spark: it does not start, or lost what it was computing
    ├── StoreError              whoever looks after the store
    │   ├── LeaseHeldError          another job is building the same output
    │   ├── CommitError             nothing was committed
    │   ├── PublishError            ratified, but not yet in every table: recovery is needed
    │   ├── DivergedError           a table and the ledger do not belong together: one of them was restored or lost
    │   ├── OutcomeUnknownError     the object store went away at the commit point: recovery is needed
    │   └── UnsupportedTableError   a Delta feature that cannot be written
    ├── ForkedProcessError      (also RuntimeError) whoever starts processes: a forked one cannot do what was asked
    ├── MissingExtraError       whoever installs the package (also ImportError)
    └── UnavailableError        a part of the API that this version refuses (also NotImplementedError)

A message says what happened, where, and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class TransformsError(Exception):
    """The root of every error that the framework raises on purpose."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows of the error: the user's own lines and the message; IPython asks for it."""
        from transforms.common.usercode import report

        return report(self).splitlines()


class TransformsWarning(UserWarning):
    """Something that is allowed and is hardly what was meant."""


class DeclarationError(TransformsError, ValueError):
    """A transform, parameter or pipeline was declared in a way that cannot work."""


class TransformTypeError(DeclarationError, TypeError):
    """Something of the wrong type was decorated or declared."""


class TransformKeyError(DeclarationError, KeyError):
    """A declaration names a parameter that the transform does not have."""

    __str__ = Exception.__str__  # KeyError would show the repr of the message


class UsageError(TransformsError, ValueError):
    """A command, an alias or a setting that cannot be followed."""


class ConfigError(UsageError):
    """A setting that is unknown or has a value that cannot be used."""


class NotFoundError(UsageError, LookupError):
    """A dataset, model, version, transform or experiment that does not exist."""


class MisuseError(UsageError, AttributeError, TypeError):
    """What a compute function receives was used like the data that it gives."""


class DataError(TransformsError, ValueError):
    """Data that cannot be stored in, or read from, a dataset as asked."""


class JobError(TransformsError):
    """A job failed; nothing of it was committed."""


class EngineError(TransformsError, RuntimeError):
    """Spark does not start, or cannot finish what it was asked for."""


class StoreError(TransformsError):
    """The store cannot do what was asked of it."""


class LeaseHeldError(StoreError):
    """Another job holds an output that this one wants to build."""


class CommitError(StoreError):
    """A commit was refused before its commit point: nothing of it is visible."""


class PublishError(StoreError):
    """A commit is ratified but could not be published to every table: run ``transforms recover``."""


class DivergedError(StoreError):
    """A table has commits that the ledger does not have: one of them was lost or restored without the other."""


class OutcomeUnknownError(StoreError):
    """An object store did not say whether it took a commit: run ``transforms recover`` once it answers again."""


class UnsupportedTableError(StoreError):
    """A Delta table uses a feature that cannot be written here."""


class ForkedProcessError(TransformsError, RuntimeError):
    """Something was asked for in a forked process that only its parent, or a spawned process, can do."""


class MissingExtraError(TransformsError, ImportError):
    """An optional dependency is needed and not installed."""


class UnavailableError(TransformsError, NotImplementedError):
    """A documented part of the API that this version can declare but not run."""


def nearest(name: str, known: Iterable[str], limit: int = 3) -> str:
    """Return a sentence that suggests the names closest to one that was not found.

    :param name: the name that was asked for.
    :param known: the names there are.
    :param limit: how many suggestions at the most.
    :returns: ``" Did you mean 'a' or 'b'?"`` with a leading space, or an empty string when nothing is close.
    """
    close = difflib.get_close_matches(
        name, [other for other in dict.fromkeys(known) if other != name], n=limit, cutoff=0.5
    )
    return f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
