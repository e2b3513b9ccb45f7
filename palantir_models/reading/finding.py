"""Which experiment a name, an id, the beginning of an id or a version means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from palantir_models.display import shown
from palantir_models.experiment.statuses import RUNNING, SUPERSEDED
from palantir_models.reading.experiment import RecordedExperiment
from transforms.common.text import counted
from transforms.errors import NotFoundError, nearest

LEAST_PREFIX, _SHORT = 4, 8
_LISTED = 10


def pick(
    every: Sequence[RecordedExperiment], wanted: str, place: str, versions: Mapping[str, str] | None = None
) -> RecordedExperiment:
    """Return the experiment that is meant.

    Of several with the name, the published one is meant, else the one that runs; one whose name a later one took only
    when there is no other.

    :param every: the experiments to choose from.
    :param wanted: a name, an id, at least the first four digits of one, or a version.
    :param place: where they are, for messages: ``Model /wine``.
    :param versions: number by RID of the versions.
    :raises NotFoundError: if none is meant, or it is not clear which.
    """
    number = (versions or {}).get(wanted, wanted)

    def by_name(one: RecordedExperiment) -> bool:
        return one.name == wanted

    tests: tuple[Callable[[RecordedExperiment], bool], ...] = (
        lambda one: one.experiment_id == wanted,
        by_name,
        lambda one: one.version is not None and one.version == number,
        lambda one: len(wanted) >= LEAST_PREFIX and one.experiment_id.startswith(wanted),
    )
    for test in tests:
        best = [one for one in every if test(one)]
        if test is by_name and best:
            first = min(map(_rank, best))
            best = [one for one in best if _rank(one) == first]
        if len(best) == 1:
            return best[0]
        if best:
            raise NotFoundError(
                f"{counted(len(best), 'experiment')} match {wanted!r}: give one of the ids"
                f"\n{_listed(best, [one.experiment_id for one in every])}"
            )
    names = list(dict.fromkeys(one.name for one in every if one.name))
    raise NotFoundError(
        f"{place} has no experiment {wanted!r}.{nearest(wanted, names)} "
        f"It has: {', '.join(names[:_LISTED]) or 'none'}{', …' if len(names) > _LISTED else ''}."
    )


def short_ids(ids: Iterable[str]) -> dict[str, str]:
    """Return for each id its beginning that tells it from the others, which commands take in its place."""
    ordered = sorted(set(ids))
    found = {}
    for before, one, after in zip(["", *ordered], ordered, [*ordered[1:], ""], strict=False):
        alike = max(_common(before, one), _common(one, after))
        found[one] = one[: max(_SHORT, alike + 1)]
    return found


def _rank(one: RecordedExperiment) -> int:
    if one.is_published:
        return 0
    return {RUNNING: 1, SUPERSEDED: 3}.get(one.status, 2)


def _listed(found: Sequence[RecordedExperiment], every: Sequence[str]) -> str:
    short = short_ids(every)
    lines = [
        f"  {short[one.experiment_id]}  {one.name} of {one.model}, {one.status}, {shown(one.created_time)}"
        for one in found[:_LISTED]
    ]
    return "\n".join(lines + [f"  … and {len(found) - _LISTED:,} more"] * (len(found) > _LISTED))


def _common(one: str, other: str) -> int:
    return next(
        (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
