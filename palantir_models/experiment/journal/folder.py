"""The journals of one store: where an experiment's is begun, and where those that are no part of a version are found."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from palantir_models.experiment.columns.recorded import Recorded
from palantir_models.experiment.journal import journal, kept, owner, recovering
from palantir_models.experiment.journal.journal import Journal
from palantir_models.experiment.journal.look import Look, look
from palantir_models.experiment.journal.unpublished import Unpublished
from palantir_models.experiment.statuses import SUPERSEDED
from transforms.common.paths import inside, shown
from transforms.errors import UsageError


class Journals:
    """The journals in a folder that every process of the store sees.

    :param folder: the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, experiment_id: str, header: Mapping[str, Any]) -> Journal:
        """Make an experiment's journal.

        :raises OSError: when it cannot be made.
        """
        return Journal(self._place(experiment_id), header)

    def keep(self, row: Mapping[str, Any], recorded: Recorded, own: Journal | None = None) -> None:
        """Save an experiment that failed, or that was not published, in place of its journal.

        :param row: its row of the experiments table, and its model.
        :param recorded: what it logged.
        :param own: its journal, which is discarded then.
        :raises OSError: when the disk does not take it.
        """
        kept.keep(self._place(row["experiment_id"]), row, recorded)
        if own is not None:
            own.discard()

    def recover(self, experiment_id: str) -> dict[str, Any]:
        """Save what an experiment had logged whose process died; see :func:`recovering.recover`."""
        return recovering.recover(self.folder, experiment_id)

    def unpublished(
        self, wanted: Callable[[Mapping[str, Any]], bool] = lambda _: True, ids: Collection[str] | None = None
    ) -> Iterator[Unpublished]:
        """Return the experiments that run or are kept apart, one after the other.

        :param wanted: tells from a row, which has the keys ``model`` and ``branch``, whether to read the experiment.
        :param ids: only these are looked at; all when None.
        """
        return kept.unpublished(self.folder, wanted, None if ids is None else map(self._place, sorted(ids)))

    def look(self, experiment_id: str, begin: int) -> Look | None:
        """Look at what an experiment appended to its journal from a byte on; see :func:`.look.look`."""
        return look(self._place(experiment_id), begin)

    def kept(self, experiment_id: str) -> Unpublished | None:
        """Return an experiment that has ended and is kept apart from its model's tables; None if none has this id.

        :raises ValueError: when its row cannot be read.
        """
        return kept.one(self._place(experiment_id))

    def unfinished(self) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """Yield the id and the header of every experiment that has a journal; None for one that has hardly begun.

        One whose header cannot be read is left out, as nothing can be told of it.
        """
        for folder in kept.unended(self.folder):
            header = journal.read_header(folder)
            if header is not None or kept.has_hardly_begun(folder):
                yield folder.name, header

    def superseded(self, seconds: float) -> list[str]:
        """Return the ids of experiments that a later one of their name took the place of, longer ago than so many seconds."""
        found = []
        for file in sorted(self.folder.glob(f"*/{journal.ENDED}")):
            with suppress(FileNotFoundError):  # something is logged to it again
                ended = time.time() - file.stat().st_mtime >= seconds
                if ended and journal.read_end(file.parent).get("status") == SUPERSEDED:
                    found.append(file.parent.name)
        return found

    def forget_processes(self) -> None:
        """Delete what tells whether processes live that have ended."""
        for file in owner.ended(self.folder):
            file.unlink(missing_ok=True)

    def is_alive(self, experiment_id: str) -> bool:
        """Whether the process that owns a journal still runs."""
        return journal.is_alive(self._place(experiment_id))

    def age_seconds(self, experiment_id: str) -> float:
        """Return how long nothing has changed in a journal's folder, in seconds; 0 where it has ended meanwhile."""
        try:
            return time.time() - self._place(experiment_id).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def delete(self, experiment_id: str) -> None:
        """Delete an experiment's journal, and whatever else is kept of it."""
        place = self._place(experiment_id)
        while place.exists():
            with suppress(FileNotFoundError):  # its job is deleting it, too
                shutil.rmtree(place)

    def _place(self, experiment_id: str) -> Path:
        """Return the folder of an experiment, whose id may come from anywhere."""
        if "/" in inside(experiment_id, "An experiment's id", UsageError):
            raise UsageError(f"An experiment's id has no slash; got {shown(experiment_id)}.")
        return self.folder / experiment_id
