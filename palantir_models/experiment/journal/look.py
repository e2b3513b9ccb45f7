"""A look at the journal of an experiment that runs: what was appended since the last one, and what else is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from palantir_models.experiment.journal import journal, kept
from palantir_models.experiment.journal.file_format import Frame


class Look(NamedTuple):
    """What was found.

    Attributes:
        row: what is known of the experiment without what was logged, with ``status`` and ``error``.
        frames: the whole frames from the byte on that was asked for.
        end: the byte behind the last of them, where the next look begins.
        changed: when something was appended last, in seconds since 1970.
    """

    row: Mapping[str, Any]
    frames: list[Frame]
    end: int
    changed: float


def look(folder: Path, begin: int) -> Look | None:
    """Look into an experiment's folder on this machine.

    :param folder: the folder.
    :param begin: the byte of the journal to begin at: the end of a frame.
    :returns: what was found; None when there is no journal that counts.
    :raises ValueError: when its header cannot be read.
    """
    try:
        if (folder / journal.ROW).exists():
            return None
        running = journal.is_alive(folder)  # before reading: what it logs afterwards is not missed
        ended, header = journal.read_end(folder), kept.header_of(folder)
        changed = (folder / journal.JOURNAL).stat().st_mtime
    except FileNotFoundError:
        return None
    found = journal.read_frames(folder, begin)
    return Look(kept.live_row(header, running, ended, found.damage), found.frames, found.end, changed)
