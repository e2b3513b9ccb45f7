"""Declaring that a transform can go on from where its last run ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from transforms.errors import DeclarationError, TransformKeyError, TransformTypeError, nearest
from transforms.spec.params import Param


@dataclass(frozen=True, slots=True)
class Incremental:
    """What ``@incremental`` says of a transform.

    Follows the public page transforms-python/api-incremental.

    Attributes:
        require_incremental: fail rather than run on everything.
        semantic_version: another number than the last run's has everything built anew once.
        snapshot_inputs: the names of inputs that may be replaced, and are read whole.
        allow_retention: whether whole files may have gone from an input.
        strict_append: whether an incremental run may only add to its outputs.
        v2_semantics: which of Foundry's implementations is asked for; the first run with it builds everything anew.
    """

    require_incremental: bool = False
    semantic_version: int = 1
    snapshot_inputs: tuple[str, ...] = ()
    allow_retention: bool = False
    strict_append: bool = False
    v2_semantics: bool = False


def declared_incremental(arguments: Mapping[str, Any], inputs: Iterable[str], where: str) -> Incremental:
    """Return what the arguments of ``@incremental`` declare.

    :param arguments: the arguments by name, all of them.
    :param inputs: the names of the transform's inputs.
    :param where: the transform, for messages.
    :raises TransformTypeError: if an argument is of the wrong type.
    :raises TransformKeyError: if a snapshot input is no input; the nearest is suggested.
    """
    names, version = arguments["snapshot_inputs"], arguments["semantic_version"]
    for name, value in arguments.items():
        if name not in ("snapshot_inputs", "semantic_version") and not isinstance(value, bool):
            raise TransformTypeError(f"@incremental on {where}: {name} is True or False, not {value!r}.")
    if not isinstance(version, int) or isinstance(version, bool):
        raise TransformTypeError(f"@incremental on {where}: semantic_version is a whole number, not {version!r}.")
    if isinstance(names, (str, bytes)) or not isinstance(names, (Iterable, type(None))):
        raise TransformTypeError(
            f"@incremental on {where}: snapshot_inputs is a list of names of inputs, such as ['raw'], not {names!r}."
        )
    snapshots, known = tuple(dict.fromkeys(names or ())), tuple(inputs)
    for snapshot in snapshots:
        if snapshot not in known:
            raise TransformKeyError(
                f"@incremental on {where}: snapshot_inputs names {snapshot!r}, but the inputs are "
                f"{', '.join(known) or 'none'}.{nearest(str(snapshot), known)}"
            )
    return Incremental(**{**arguments, "snapshot_inputs": snapshots})


def limit_of(param: Param) -> int | None:
    """Return the most transactions of an input that one run reads; None for all."""
    limit: int | None = getattr(param, "transaction_limit", None)
    return limit


def check_limits(inputs: Mapping[str, Param], incremental: Incremental | None, where: str) -> None:
    """Check that every ``transaction_limit`` can be followed.

    :param inputs: what the transform reads, by parameter name.
    :param incremental: what ``@incremental`` says of it.
    :param where: the transform, for messages.
    :raises DeclarationError: if one cannot, or two inputs read one dataset with different ones.
    """
    for name, param in inputs.items():
        if limit_of(param) is None:
            continue
        if incremental is None or not incremental.v2_semantics:
            raise DeclarationError(
                f"{where}: the transaction_limit of {name!r} needs @incremental(v2_semantics=True) above the transform."
            )
        if name in incremental.snapshot_inputs:
            raise DeclarationError(
                f"{where}: {name!r} has a transaction_limit and is a snapshot input, which is read whole; leave one out."
            )
        for other, twin in inputs.items():
            if twin.resources == param.resources and limit_of(twin) != limit_of(param):
                raise DeclarationError(
                    f"{where}: {name!r} and {other!r} read the {param.resources[0]} with different transaction limits; "
                    f"give both the same."
                )
