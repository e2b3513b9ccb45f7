"""Scalar parameters of a running job."""

from __future__ import annotations

from typing import Any

from transforms.run.scope import JobScope


def open_value(param: Any, name: str, scope: JobScope) -> Any:
    """Return what a compute function receives for a scalar parameter."""
    from transforms.spec.scalars import ParamValueInput

    return ParamValueInput(scope.parameters[name])
