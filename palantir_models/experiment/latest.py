"""The latest experiment of each name in this process: the one that supersedes the one before it."""

from __future__ import annotations

import os
from collections.abc import Hashable
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from palantir_models.experiment.recording import Recording

_latest: WeakValueDictionary[Hashable, Recording] = WeakValueDictionary()


def begin(recording: Recording, *place: Hashable) -> None:
    """Let an experiment supersede the former one of its name, as after running a cell of a notebook again.

    :param recording: the experiment, which has begun.
    :param place: the store and branch of its model.
    """
    key = (*place, recording.model, recording.name)
    former, _latest[key] = _latest.get(key), recording
    if former is not None:
        former.supersede()


os.register_at_fork(after_in_child=_latest.clear)  # they are the parent's
