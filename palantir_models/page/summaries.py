"""What experiments' own rows say of their series and of where they ran, for many of them at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from palantir_models.reading.facts import source_of

if TYPE_CHECKING:
    from palantir_models.reading.experiment import RecordedExperiment

Number = float | str | None
"""A number; as text where it is not finite, which JSON has no number for, and None where there is none."""


class Summary(msgspec.Struct):
    """A series or table, as the experiment's row describes it; see :class:`~palantir_models.reading.series.SeriesSummary`."""

    kind: str
    name: str
    length: int
    first_step: int | None = None
    last_step: int | None = None
    first: Number = None
    last: Number = None
    min: Number = None
    max: Number = None
    dropped: int = 0


@dataclass(frozen=True)
class Details:
    """What an experiment's row says beside what lists need.

    Attributes:
        series: its series and tables, in the order they began.
        environment: where it ran, as JSON.
    """

    series: Sequence[Summary] = ()
    environment: str = "{}"


_decoder = msgspec.json.Decoder(list[Summary])


def details_of(experiments: Iterable[RecordedExperiment]) -> Mapping[str, Details]:
    """Return the details of experiments by id; those of one model are read in one go.

    :raises DataError: if a row cannot be understood.
    """
    sources: dict[int, tuple[Any, list[str]]] = {}
    for one in experiments:
        source = source_of(one)
        sources.setdefault(id(source), (source, []))[1].append(one.experiment_id)
    found: dict[str, Details] = {}
    for source, ids in sources.values():
        for identity, row in source.details(ids).items():
            found[identity] = Details(_decoder.decode(row.get("series") or "[]"), row.get("environment") or "{}")
    return found
