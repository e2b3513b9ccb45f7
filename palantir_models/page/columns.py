"""Series in memory: of experiments that ended, which never change; what was not used for longest goes when they are too many."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from palantir_models.page.buckets import Curve, Floats

if TYPE_CHECKING:
    from palantir_models.experiment.columns.points import Points
    from palantir_models.reading.experiment import RecordedExperiment

MOST_BYTES = 512 << 20
_AT_ONCE = (
    4_000_000  # values of an experiment that are read as a whole, as opening a file costs as much as reading a series
)


@dataclass(frozen=True, eq=False)
class Held:
    """A series, ready to be cut.

    Attributes:
        curve: its values by step.
        timed: its values by when they were logged, in seconds since 1970; None where nobody asked for it.
    """

    curve: Curve
    timed: Curve | None = None

    @classmethod
    def of(cls, points: Points) -> Held:
        """Return points ready to be cut."""
        curve = Curve.rising(points.steps.astype(np.float64), points.values)
        return cls(curve, None if points.timestamps is None else Curve.of(seconds_of(points.timestamps), points.values))

    @property
    def size(self) -> int:
        """How many bytes its arrays take."""
        curves = [self.curve] if self.timed is None else [self.curve, self.timed]
        arrays = {id(array): array.nbytes for one in curves for array in (one.x, one.y, one.odd, one.odd_values)}
        return sum(arrays.values())


def seconds_of(timestamps: npt.NDArray[np.datetime64]) -> Floats:
    """Return times as seconds since 1970."""
    seconds: Floats = timestamps.astype("datetime64[us]").astype(np.int64) / 1e6
    return seconds


@dataclass(eq=False)
class _Read:
    """What was read in one go; the arrays share their memory, so it goes as a whole.

    Attributes:
        series: the series by experiment and name.
        places: what of it is known: an experiment and one of its series, or all of them with None.
        size: in bytes.
    """

    series: dict[tuple[str, str], Held]
    places: list[tuple[str, str | None]]
    size: int


class Columns:
    """The series that were read last, as far as they fit.

    :param most_bytes: how much memory their arrays may take; one reading that takes more is not kept.

    Attributes:
        size: how many bytes they take.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.size = 0
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._reads: OrderedDict[int, _Read] = OrderedDict()
        self._where: dict[tuple[str, str | None], int] = {}
        self._count = 0

    def get(self, experiments: Sequence[RecordedExperiment], series: str, timed: bool = False) -> Mapping[str, Held]:
        """Return one series of experiments that ended, by id; an experiment that has none is left out.

        Charts of the same experiments are asked for side by side: one reads for all, and the others wait for it.

        :param experiments: the experiments.
        :param series: the series.
        :param timed: whether the times are needed.
        """
        with self._lock:
            found: dict[str, Held | None] = {}
            missing: dict[bool, list[RecordedExperiment]] = {False: [], True: []}
            for one in experiments:
                read = self._find(one.experiment_id, series, timed)
                if read is None:
                    missing[one.value_count > _AT_ONCE].append(one)
                else:
                    found[one.experiment_id] = read.series.get((one.experiment_id, series))
            for is_large, wanted in missing.items():
                if wanted:
                    read = self._read(wanted, series if is_large else None, timed)
                    found |= {one.experiment_id: read.series.get((one.experiment_id, series)) for one in wanted}
        return {identity: held for identity, held in found.items() if held is not None}

    def _find(self, identity: str, series: str, timed: bool) -> _Read | None:
        """Return what has a series, or knows that there is none."""
        for place in ((identity, None), (identity, series)):
            number = self._where.get(place)
            if number is None:
                continue
            read = self._reads[number]
            held = read.series.get((identity, series))
            if held is None or held.timed is not None or not timed:
                self._reads.move_to_end(number)
                return read
        return None

    def _read(self, experiments: Sequence[RecordedExperiment], series: str | None, timed: bool) -> _Read:
        from palantir_models.reading.comparison import Comparison

        points = Comparison(experiments).points(series, timed)
        found = {(identity, name): Held.of(part) for identity, parts in points.items() for name, part in parts.items()}
        places = [(one.experiment_id, series) for one in experiments]
        read = _Read(found, places, sum(held.size for held in found.values()))
        if read.size <= self._most_bytes:
            self._keep(read)
        return read

    def _keep(self, read: _Read) -> None:
        self._count += 1
        self._reads[self._count] = read
        self._where |= dict.fromkeys(read.places, self._count)
        self.size += read.size
        while self.size > self._most_bytes:
            number, oldest = self._reads.popitem(last=False)
            self.size -= oldest.size
            for place in oldest.places:
                if self._where.get(place) == number:  # and not something that was read since, with the times
                    del self._where[place]
