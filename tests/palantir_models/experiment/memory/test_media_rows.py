"""Images and plots that wait in the order they came."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from itertools import count

import pytest

from palantir_models.experiment.errors import ExperimentStepError
from palantir_models.experiment.memory.media_rows import Media, MediaRow


def drain(media: Media) -> list[MediaRow]:
    """The rows that are ready."""
    rows: list[MediaRow] = []
    media.drain(rows)
    return rows


def test_media_keep_their_series_apart() -> None:
    """Each series of images or plots has steps of its own, and a refused step leaves it as it was."""
    media = Media(threading.RLock(), count().__next__)
    media.append("a", "x", None, None)
    media.append("b", "y", "caption", 7)
    with pytest.raises(ExperimentStepError):
        media.append("b", "z", None, 7)
    with pytest.raises(ExperimentStepError):
        media.check("b", 6)
    media.append("b", "z", None, None)
    assert drain(media) == [("a", 0, 0, None, "x"), ("b", 7, 1, "caption", "y"), ("b", 8, 2, None, "z")]
    assert (drain(media), len(media)) == ([], 3)
    with pytest.raises(ExperimentStepError):
        media.append("b", "z", None, 8)


def test_what_is_in_the_making_holds_back_what_comes_after() -> None:
    """Rows are drained in the order they came, so the first that is not ready ends a draining."""
    media = Media(threading.RLock(), count().__next__)
    slow: Future[str] = Future()
    for content in ("x", slow, "z"):
        media.append("a", content, None, None)
    assert [row.content for row in drain(media)] == ["x"]
    assert [row.content for row in media.waiting()] == [slow, "z"]
    slow.set_result("y")
    assert [row.step for row in drain(media)] == [1, 2]
    rows = [*"xyz"]
    media.forget(rows, 1)  # type: ignore[arg-type]
    assert (rows, len(media)) == (["x", "z"], 2)
