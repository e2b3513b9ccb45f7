"""The errors of model adapters: twigs of the one tree that :mod:`transforms.errors` draws."""

from __future__ import annotations

from transforms.errors import DataError, DeclarationError, NotFoundError, StoreError, TransformTypeError


class AdapterError(DeclarationError):
    """A model adapter declares something that cannot work."""


class InferenceTypeError(AdapterError, TransformTypeError):
    """An inference was given, or gave, a value that is not what ``api()`` declares."""


class AdapterNotFoundError(NotFoundError, ImportError):
    """The module or class of a model adapter cannot be imported."""


class ArtifactNotFoundError(NotFoundError, FileNotFoundError):
    """The saved state of a model has no such file or folder."""


class SerializationError(DataError):
    """The state of a model adapter cannot be saved, or cannot be rebuilt."""


class ReproductionError(StoreError):
    """A version of a model cannot be built again: what it was made from, or the code, is not there any more."""


class ArtifactMismatchError(StoreError):
    """The files of a model version are not the files that were published; none of them was read."""
