"""The exceptions of single-node transforms that ``transforms.api`` names.

Each is one of the errors that other transforms raise for the same reason, so that catching either name works.
"""

from __future__ import annotations

from transforms.errors import DeclarationError, TransformsError, TransformTypeError, UnavailableError


class LightweightException(TransformsError):
    """The root of the errors of single-node transforms."""


class LightweightNotImplementedError(LightweightException, UnavailableError):
    """A part of the API that single-node transforms do not have."""


class LightweightTypeError(LightweightException, TransformTypeError):
    """A single-node transform was given something of the wrong type."""


class LightweightValueError(LightweightException, DeclarationError):
    """A single-node transform was given a value that cannot be used."""
