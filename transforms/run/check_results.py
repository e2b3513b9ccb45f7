"""What checks found, as the ledger has it: in what a commit says of each output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from transforms.checks.results import CheckResult
from transforms.spec.resource import Resource

if TYPE_CHECKING:
    from transforms.run.scope import Sealed
    from transforms.store.index import LastWrite

_CHECKS = "checks"
"""Names the results among what is said of an output; those of the inputs stand with the first output."""


def with_results(part: Sealed, results: Sequence[CheckResult]) -> Sealed:
    """Return an output's part of a commit with what checks found.

    :param part: the part.
    :param results: what they found.
    """
    if not results:
        return part
    return replace(part, summary={**part.summary, _CHECKS: [result.to_json() for result in results]})


def results_in(output: Mapping[str, Any]) -> list[CheckResult]:
    """Return what checks found before an output was committed.

    :param output: what the ledger says of it.
    """
    return [CheckResult.from_json(value) for value in output.get(_CHECKS, ())]


def results_of(outputs: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what the checks of one commit found, for people and machines.

    :param outputs: what the ledger's row says of each output.
    """
    return [result.to_json() for output in outputs.values() for result in results_in(output)]


def results_on(resource: Resource, branch: str, writes: Iterable[LastWrite]) -> list[dict[str, Any]]:
    """Return what checks found in a dataset when it was last written, and when what reads it was.

    :param resource: the dataset.
    :param branch: the branch that is looked at.
    :param writes: what last wrote each resource.
    :returns: each result with the transform that declares the check and its commit, the dataset's own first.
    """
    return [
        {**result.to_json(), "transform": write.transform, "seq": write.seq}
        for write in sorted(writes, key=lambda write: (write.key != resource.key, write.seq))
        if write.branch == branch
        for result in results_in(write.output)
        if result.dataset == resource.key
    ]
