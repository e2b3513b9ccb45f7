"""Declaring the datasets that a transform reads and writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from transforms.errors import DeclarationError, TransformTypeError
from transforms.spec.checks import Check
from transforms.spec.params import FoundryInputParam, FoundryOutputParam, LightweightInputParam, LightweightOutputParam


class Input(FoundryInputParam, LightweightInputParam):
    """A dataset that a transform reads.

    Follows the public page transforms-python/api-input.

    :param alias: its path or RID; without one the transform cannot run.
    :param branch: the branch it is read on; the build's, then its fallbacks, when None.
    :param description: what it is for.
    :param stop_propagating: markings that end here; kept for compatibility.
    :param stop_requiring: organization markings that end here; kept for compatibility.
    :param checks: one :class:`Check` or a list of them.
    :param failure_strategy: ``continue`` or ``fail``, the default.
    :param transaction_limit: the most transactions that one run of an ``@incremental(v2_semantics=True)`` transform reads;
        the next run goes on from there.
    :raises DeclarationError: if an argument is of the wrong type or value.
    """

    runtime = "transforms.run.opening:open_input"

    def __init__(  # noqa: PLR0913 - Foundry's signature
        self,
        alias: str | None = None,
        branch: str | None = None,
        description: str | None = None,
        stop_propagating: Any = None,
        stop_requiring: Any = None,
        checks: Check | Sequence[Check] | None = None,
        failure_strategy: str | None = None,
        transaction_limit: int | None = None,
    ) -> None:
        super().__init__(
            [alias],
            branch,
            description=description,
            failure_strategy=failure_strategy,
            stop_propagating=_markings(stop_propagating, "stop_propagating"),
            stop_requiring=_markings(stop_requiring, "stop_requiring"),
        )
        self.checks = _checks(checks)
        self.transaction_limit = _limit(transaction_limit)

    @property
    def alias(self) -> str | None:
        """The dataset's path or RID; None while unbound."""
        return self.aliases[0] if self.aliases else None


class Output(FoundryOutputParam, LightweightOutputParam):
    """A dataset that a transform writes.

    Follows the public page transforms-python/api-output.

    :param alias: its path or RID; without one the transform cannot run.
    :param sever_permissions: kept for compatibility.
    :param description: what it is for.
    :param checks: one :class:`Check` or a list of them.
    :raises DeclarationError: if an argument is of the wrong type.
    """

    runtime = "transforms.run.opening:open_output"

    def __init__(
        self,
        alias: str | None = None,
        sever_permissions: bool = False,
        description: str | None = None,
        checks: Check | Sequence[Check] | None = None,
    ) -> None:
        super().__init__([alias], description=description)
        self.sever_permissions = sever_permissions
        self.checks = _checks(checks)

    @property
    def alias(self) -> str | None:
        """The dataset's path or RID; None while unbound."""
        return self.aliases[0] if self.aliases else None


class InputSet(FoundryInputParam):
    """Several datasets that a transform reads; the function receives a list of inputs.

    Follows the public page transforms-python/api-inputset.

    :param aliases: their paths or RIDs, at least one.
    :param description: what they are for.
    :raises DeclarationError: if there are none.
    """

    runtime = "transforms.run.opening:open_input_set"

    def __init__(self, aliases: Sequence[str] | None = None, description: str | None = None) -> None:
        super().__init__(_several(aliases, "InputSet"), description=description)

    @property
    def members(self) -> list[Input]:
        """An :class:`Input` for each alias."""
        return [Input(alias) for alias in self.aliases]


class OutputSet(FoundryOutputParam):
    """Several datasets that a transform writes; the function receives a list of outputs.

    Follows the public page transforms-python/api-outputset.

    :param aliases: their paths or RIDs, at least one.
    :param sever_permissions: kept for compatibility.
    :param description: what they are for.
    :raises DeclarationError: if there are none.
    """

    runtime = "transforms.run.opening:open_output_set"

    def __init__(
        self, aliases: Sequence[str] | None = None, sever_permissions: bool = False, description: str | None = None
    ) -> None:
        super().__init__(_several(aliases, "OutputSet"), description=description)
        self.sever_permissions = sever_permissions

    @property
    def members(self) -> list[Output]:
        """An :class:`Output` for each alias."""
        return [Output(alias) for alias in self.aliases]


class Markings:
    """Markings that an input does not pass on; kept for compatibility, as there are none here.

    Follows the public page transforms-python/api-markings.

    :param marking_ids: one id or several.
    :param on_branches: one branch or several on which this holds.
    :raises TransformTypeError: if an id or a branch is no text.
    """

    def __init__(self, marking_ids: str | Sequence[str], on_branches: str | Sequence[str]) -> None:
        for name, given in (("marking_ids", marking_ids), ("on_branches", on_branches)):
            words = [given] if isinstance(given, str) else given
            if not isinstance(words, Sequence) or not all(isinstance(word, str) for word in words):
                raise TransformTypeError(f"{type(self).__name__}({name}={given!r}): give a text or a list of texts.")
        self.marking_ids = marking_ids
        self.on_branches = on_branches

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.marking_ids!r}, on_branches={self.on_branches!r})"


class OrgMarkings(Markings):
    """Organization markings that an input does not require; kept for compatibility, as there are none here.

    Follows the public page transforms-python/api-orgmarkings.

    :param marking_ids: one id or several.
    :param on_branches: one branch or several on which this holds.
    """


def _checks(checks: Any) -> tuple[Check, ...]:
    if checks is not None and not isinstance(checks, (Check, Iterable)):
        raise TransformTypeError(f"checks= takes a Check or a list of them; got {checks!r}.")
    found = () if checks is None else (checks,) if isinstance(checks, Check) else tuple(checks)
    for check in found:
        if not isinstance(check, Check):
            raise TransformTypeError(f"checks= takes Check objects; got {type(check).__qualname__}.")
    return found


def _markings(markings: Any, name: str) -> Any:
    several = [markings] if markings is None or isinstance(markings, Markings) else markings
    if not isinstance(several, Sequence) or not all(each is None or isinstance(each, Markings) for each in several):
        raise TransformTypeError(f"{name}= takes Markings or OrgMarkings; got {markings!r}.")
    return markings


def _limit(limit: Any) -> int | None:
    if limit is None:
        return None
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise TransformTypeError(f"transaction_limit= takes a whole number, 1 or more; got {limit!r}.")
    return limit


def _several(aliases: Any, what: str) -> list[str]:
    is_list = isinstance(aliases, Iterable) and not isinstance(aliases, (str, bytes))
    found = list(aliases) if is_list else []
    if not found or not all(isinstance(alias, str) for alias in found):
        raise DeclarationError(f"{what}({aliases!r}): give a list of at least one path or RID.")
    return found
