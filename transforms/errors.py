"""Every error this framework raises on purpose, as one tree with one branch per person who can act.

    TransformsError
    ├── DeclarationError                the author of a transform: what it declares cannot be (also ValueError)
    │   ├── TransformTypeError              (also TypeError)
    │   ├── TransformKeyError               (also KeyError)
    │   ├── ImportFailedError               a part of a project that cannot be imported
    │   └── AdapterError                    the author of an adapter: what the class declares cannot work
    │       └── InferenceTypeError              a value that is not of the declared type (also TransformTypeError)
    ├── UsageError                      whoever typed a command, an alias or a setting (also ValueError)
    │   ├── ConfigError
    │   ├── NotFoundError                   (also LookupError)
    │   │   ├── UnknownNameError                what a job in a test did not leave (also KeyError)
    │   │   ├── _FileMissing                    a file that the dataset does not have (also FileNotFoundError)
    │   │   ├── AdapterNotFoundError            an adapter's module or class (also ImportError)
    │   │   └── ArtifactNotFoundError           a file of a model's saved state (also FileNotFoundError)
    │   ├── RollbackRefusedError            a commit that cannot be taken back
    │   │   └── UnpublishedError                as it is not in its tables yet (also RecoveryNeeded)
    │   └── MisuseError                     (also AttributeError and TypeError)
    ├── DataError                       the author of the data: it cannot be stored or read (also ValueError)
    │   ├── CheckFailedError                it is not what a check with on_error="FAIL" expects
    │   ├── SchemaMismatchError             an output has other columns than its function expects
    │   ├── TableFault                      a file that cannot be read as a table
    │   └── SerializationError              a model's state that cannot be saved or rebuilt
    ├── TimeLimitError                  whoever builds: a job ran for longer than it may
    ├── IncrementalRequiredError        whoever builds: a transform that must run incrementally cannot
    ├── EngineError                     whoever looks after Spark: it does not start, or lost its work (also RuntimeError)
    ├── StoreError                      whoever looks after the store
    │   ├── LeaseHeldError                  another job is building the same output
    │   ├── CommitError                     nothing was committed
    │   │   ├── ConflictError                   another program or job was quicker; trying again may do
    │   │   └── InterruptedCommitError          because the user interrupted the build
    │   ├── PublishError                    ratified, but not yet in every table (also RecoveryNeeded)
    │   ├── OutcomeUnknownError             the disk or object store went away at the commit point (also RecoveryNeeded)
    │   ├── DivergedError                   a table and the ledger do not belong together: one was restored or lost
    │   ├── UnsupportedTableError           a Delta feature that cannot be written
    │   ├── ArtifactMismatchError           saved files are not those that were published
    │   ├── ReproductionError               a version of a model cannot be built again
    │   ├── ObjectStoreError                an object store refused a request or did not answer (also OSError)
    │   └── NoAccessError                   a user may read a store, and not write it (also PermissionError)
    ├── RecoveryNeeded                  whoever runs the command, beside one of the others: 'transforms recover' is next
    ├── ExperimentError                 the author of a log call, whatever the error handler (also ValueError)
    │   ├── ExperimentTypeError             a value of a type that is not supported (also TypeError)
    │   ├── ExperimentStepError             a step that does not rise
    │   └── ExperimentClosedError           logging after the experiment ended
    ├── ExperimentLimitError            a configured limit is reached: left to the error handler
    ├── ExperimentJournalError          the journal cannot be written: left to the error handler (also OSError)
    ├── ExperimentBridgeError           MLflow failed inside, and said nothing: left to the error handler
    ├── EvaluationError                 the author of an evaluation (also ValueError)
    │   ├── EvaluationTypeError             a value of a type that it does not take (also TypeError)
    │   └── EvaluationLimitError            a configured limit is reached
    ├── TrackingError                   whoever looks after an MLflow server: it cannot be reached, or refuses
    ├── OutputError                     whoever reads the output: it cannot be written
    ├── ForkedProcessError              whoever starts processes: a forked one cannot do it (also RuntimeError)
    ├── MissingExtraError               whoever installs the package (also ImportError)
    ├── UnavailableError                a part of the API that this version refuses (also NotImplementedError)
    └── LightweightException            names of Foundry's for single-node transforms
        ├── LightweightNotImplementedError  (also UnavailableError)
        ├── LightweightTypeError            (also TransformTypeError)
        └── LightweightValueError           (also DeclarationError)

A message says what happened, where, and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from transforms.common.usercode import ExplainedError


class TransformsError(ExplainedError):
    """The root of every error that the framework raises on purpose."""


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


class CheckFailedError(DataError):
    """Data that a job reads or has written is not what a check expects; nothing of the job is committed."""


class IncrementalRequiredError(TransformsError):
    """A transform that is declared with ``require_incremental=True`` would have to run on everything; it does not run."""


class TimeLimitError(TransformsError):
    """A job ran for longer than it may; nothing of it is committed."""


class SchemaMismatchError(DataError):
    """The earlier rows of an output have other columns than the schema that its function gave."""


class EngineError(TransformsError, RuntimeError):
    """Spark does not start, or cannot finish what it was asked for."""


class StoreError(TransformsError):
    """The store cannot do what was asked of it."""


class RecoveryNeeded(TransformsError):
    """``transforms recover`` is what comes next; a mix-in, whatever else the error is. Commands exit with 3."""


class LeaseHeldError(StoreError):
    """Another job holds an output that this one wants to build."""


class CommitError(StoreError):
    """A commit was refused before its commit point: nothing of it is visible."""


class ConflictError(CommitError):
    """A commit was refused because somebody else changed what it rests on meanwhile; the same job may do later."""


class PublishError(StoreError, RecoveryNeeded):
    """A commit is ratified but could not be published to every table: run ``transforms recover``."""


class DivergedError(StoreError):
    """A table has commits that the ledger does not have: one of them was lost or restored without the other."""


class OutcomeUnknownError(StoreError, RecoveryNeeded):
    """The disk or object store did not say whether it took a commit: run ``transforms recover`` once it answers again."""


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
