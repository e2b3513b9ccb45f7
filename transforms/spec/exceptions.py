"""The exceptions of single-node transforms that ``transforms.api`` names."""

from __future__ import annotations

from transforms.errors import TransformsError


class LightweightException(TransformsError):
    """The root of the errors of single-node transforms."""


class LightweightNotImplementedError(LightweightException, NotImplementedError):
    """A part of the API that single-node transforms do not have."""


class LightweightTypeError(LightweightException, TypeError):
    """A single-node transform was given something of the wrong type."""


class LightweightValueError(LightweightException, ValueError):
    """A single-node transform was given a value that cannot be used."""
