"""Server-sent events of a model: which of its experiments changed, and what was logged to them.

A stream begins with the experiments that run, as they are, and tells of points that are logged from then on. So whoever opens it
first and asks for charts then misses nothing; what is there twice has the same step. Each event's id is the cursor to go on with.

``begin``
    ``{"missed": [id, …]}``: those that were followed up to the cursor and are not any more; to be asked for anew.
``experiments``
    ``[{id, status, error, heartbeat, dropped, values, published}, …]``: those of which anything changed.
``points``
    ``{id, series, steps, values, timestamps, anew}``: what was logged; times in seconds since 1970. With ``anew``, what was told of
    the series before counts no more.
``problem``
    ``{title, detail, hint}``: why nothing can be told for the moment.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from anyio import sleep
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from palantir_models.page import chosen
from palantir_models.page.answers import Refusal, exact, failure, told
from palantir_models.page.asked import Asked, experiment_of
from palantir_models.page.columns import seconds_of
from palantir_models.page.opened import Opened
from transforms.errors import TransformsError

if TYPE_CHECKING:
    from palantir_models.page.live import Live
    from palantir_models.reading.following import News

PERIOD_SECONDS = 0.25
_PERIOD_IN_A_BUCKET = 2.0  # as often as journals are uploaded
_BEAT_SECONDS = 15.0  # so often something is sent, so that what lies between keeps the connection
_MOST_FOLLOWED = 1000


async def live(opened: Opened, request: Request) -> Response:
    """Return the stream of a model's events."""
    asked = Asked(request, opened)
    try:
        known = await run_sync(chosen.known, asked)
        since = asked.text("since") or asked.header("last-event-id")
        stream = Stream(opened.live(known.model), read_cursor(since) if since else None)
    except Exception as error:  # noqa: BLE001 - whatever it is, a person reads it
        return failure(error)
    return StreamingResponse(
        _events(stream, opened), headers={"X-Accel-Buffering": "no"}, media_type="text/event-stream"
    )


async def _events(stream: Stream, opened: Opened) -> AsyncIterator[bytes]:
    period = PERIOD_SECONDS if opened.store.storage.is_local else _PERIOD_IN_A_BUCKET
    silent = 0.0
    while not opened.closing.is_set():
        found = await run_sync(stream.look)
        silent = 0.0 if found else silent + period
        if silent >= _BEAT_SECONDS:
            found, silent = b": here\n\n", 0.0
        if found:
            yield found
        await sleep(period)


class Stream:
    """What one browser was told of a model.

    :param live: the experiments that run.
    :param cursors: up to where it was told of each before; None to begin now.
    """

    def __init__(self, live: Live, cursors: Mapping[str, str] | None) -> None:
        self._live = live
        self._before = cursors
        self._cursors: dict[str, str] | None = None
        self._told: dict[str, dict[str, Any]] = {}
        self._problem = ""

    def look(self) -> bytes:
        """Return the events since the last look; empty where there are none."""
        try:
            events = self._begun() + self._news()
        except (TransformsError, OSError) as error:
            problem = told(error)
            events = [] if problem["detail"] == self._problem else [_event("problem", problem)]
            self._problem = problem["detail"]
        else:
            self._problem = ""
        return b"".join(events)

    def _begun(self) -> list[bytes]:
        if self._cursors is not None:
            return []
        now = self._live.cursors()
        before = now if self._before is None else self._before
        self._cursors = {**now, **{identity: cursor for identity, cursor in before.items() if identity in now}}
        return [_event("begin", {"missed": sorted(before.keys() - now.keys())}, written_cursor(self._cursors))]

    def _news(self) -> list[bytes]:
        news = self._live.news(self._cursors or {})
        self._cursors = {one.experiment_id: one.cursor for one in news if not one.has_ended}
        rows = [_row(one) for one in news if self._told.get(one.experiment_id) != _row(one)]
        self._told = {one.experiment_id: _row(one) for one in news if not one.has_ended}
        cursor = written_cursor(self._cursors)
        events = [_event("points", points, cursor) for one in news for points in _points(one)]
        return [*events, *([_event("experiments", rows, cursor)] if rows else [])]


def read_cursor(text: str) -> dict[str, str]:
    """Return what :func:`written_cursor` wrote.

    :raises Refusal: if it is something else.
    """
    parts = [part.partition(":") for part in text.split(",") if part] if text != _NOBODY else []
    if len(parts) > _MOST_FOLLOWED or any(
        not end.isascii() or not end.isdecimal() or len(end) > 18 for _, _, end in parts
    ):
        raise Refusal(
            400, "This cannot be asked", "The parameter 'since' is no cursor of this stream.", "Begin without it."
        )
    return {experiment_of(identity): end for identity, _, end in parts}


def written_cursor(cursors: Mapping[str, str]) -> str:
    """Return cursors as one text."""
    return ",".join(f"{identity}:{end}" for identity, end in cursors.items()) or _NOBODY


_NOBODY = "-"


def _row(news: News) -> dict[str, Any]:
    return {
        "id": news.experiment_id,
        "status": news.status,
        "error": news.error,
        "heartbeat": news.heartbeat,
        "dropped": news.dropped_count,
        "values": news.value_count,
        "published": news.is_published,
    }


def _points(news: News) -> list[dict[str, Any]]:
    return [
        {
            "id": news.experiment_id,
            "series": name,
            "steps": exact(points.steps.tolist()),
            "values": exact(points.values.tolist()),
            "timestamps": [] if points.timestamps is None else seconds_of(points.timestamps).tolist(),
            "anew": news.is_anew,
        }
        for name, points in news.points.items()
    ]


def _event(name: str, value: Any, cursor: str = "") -> bytes:
    identity = f"id: {cursor}\n" if cursor else ""
    return f"event: {name}\n{identity}data: ".encode() + msgspec.json.encode(value) + b"\n\n"
