"""The names of a transform's checks, and the inputs that they name."""

from __future__ import annotations

from collections.abc import Mapping

from transforms.errors import DeclarationError, TransformKeyError, nearest
from transforms.expectations.parts import references
from transforms.spec.checks import Check
from transforms.spec.params import Param


def check_checks(inputs: Mapping[str, Param], outputs: Mapping[str, Param], where: str) -> None:
    """Check that the checks of a transform have names of their own and refer to other inputs that there are.

    :param inputs: what it reads, by parameter name.
    :param outputs: what it writes.
    :param where: the transform, for messages.
    :raises DeclarationError: if two checks have one name, or one refers to its own dataset, to no dataset or to several.
    :raises TransformKeyError: if one refers to what is no input.
    """
    named: dict[str, str] = {}
    for name, param in {**inputs, **outputs}.items():
        for check in param.checks:
            if check.name in named:
                raise DeclarationError(
                    f"{where}: {named[check.name]!r} and {name!r} both have a check {check.name!r}. Give each check of a "
                    f"transform a name of its own."
                )
            named[check.name] = name
            for referred in references(check.expectation):
                _check_reference(check, name, referred, inputs, where)


def _check_reference(check: Check, name: str, referred: str, inputs: Mapping[str, Param], where: str) -> None:
    if referred not in inputs:
        raise TransformKeyError(
            f"{where}: check {check.name!r} on {name!r} names the dataset {referred!r}, which is no input of the transform."
            f"{nearest(referred, inputs)} Its inputs are: {', '.join(inputs) or 'none'}."
        )
    if referred == name:
        raise DeclarationError(f"{where}: check {check.name!r} compares {name!r} with itself; name another input.")
    kinds = [resource.kind for resource in inputs[referred].resources]
    if kinds != ["dataset"]:
        what = f"{len(kinds)} datasets" if set(kinds) == {"dataset"} else "no dataset"
        raise DeclarationError(
            f"{where}: check {check.name!r} on {name!r} names {referred!r}, which is {what}; name an Input."
        )
