"""Values of scalar parameters, as a command line gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from transforms.common.masking import masked_text
from transforms.errors import TransformsError, UsageError, nearest

if TYPE_CHECKING:
    from transforms.run.project import Project
    from transforms.spec.transform import Transform


def parameters_of(project: Project, given: Sequence[str]) -> Mapping[str, Any]:
    """Return the values that were given with ``--param``, by name.

    :param project: whose transforms may have them.
    :param given: each as ``NAME=VALUE``.
    :raises UsageError: if one is written in another way, no transform has such a parameter, or it cannot take the value.
    """
    declared = {name: param for transform in project.transforms.values() for name, param in transform.scalars.items()}
    parameters = {}
    for text in given:
        name, equals, value = text.partition("=")
        typed = masked_text(f"--param {text}")
        if not equals:
            raise UsageError(f"{typed}: write it as NAME=VALUE.")
        if name not in declared:
            from transforms.spec.transform import declared_value

            there = ", ".join(declared_value(known, declared[known]) for known in sorted(declared)) or "none"
            raise UsageError(
                f"{typed}: no transform has a parameter {name!r}.{nearest(name, declared)} There are: {there}."
            )
        for transform in project.transforms.values():
            if name in transform.scalars:
                _check_value(typed, transform, name, value)
        parameters[name] = value
    return parameters


def _check_value(typed: str, transform: Transform, name: str, value: str) -> None:
    try:
        transform.parameter_values({name: value})
    except TransformsError as error:
        raise UsageError(f"{typed}: {error}") from error
