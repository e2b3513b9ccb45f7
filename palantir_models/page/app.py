"""The page's application: which function answers what. It imports nothing that takes long, so the document is there at once."""

from __future__ import annotations

import importlib
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from palantir_models.page import document
from palantir_models.page.answers import failure, json_answer, refusal, unexpected
from palantir_models.page.asked import Asked
from palantir_models.page.opened import Opened

Answer = Callable[[Request], Any]
"""Gives what becomes JSON, or an answer as it is."""

_DATA = {
    "/data/store": "palantir_models.page.listing:store",
    "/data/models": "palantir_models.page.listing:models",
    "/data/models/{rid}": "palantir_models.page.versions:model",
    "/data/models/{rid}/versions/{left}/diff/{right}": "palantir_models.page.versions:difference",
    "/data/models/{rid}/experiments": "palantir_models.page.experiments:experiments",
    "/data/models/{rid}/experiments/{id}": "palantir_models.page.experiments:experiment",
    "/data/models/{rid}/evaluations": "palantir_models.page.evaluations:evaluations",
    "/data/models/{rid}/diff": "palantir_models.page.experiments:difference",
    "/data/models/{rid}/charts": "palantir_models.page.charts:chart",
    "/data/models/{rid}/charts.csv": "palantir_models.page.exports:csv",
    "/data/models/{rid}/charts.parquet": "palantir_models.page.exports:parquet",
    "/data/models/{rid}/query": "palantir_models.page.exports:query",
    "/data/models/{rid}/media/{kind}": "palantir_models.page.media:media",
    "/data/models/{rid}/images/{id}/{series:path}/{step:int}": "palantir_models.page.media:image",
    "/data/models/{rid}/plots/{id}/{series:path}/{step:int}": "palantir_models.page.media:plot",
    "/data/models/{rid}/tables/{id}/{name:path}": "palantir_models.page.media:table",
    "/data/datasets": "palantir_models.page.datasets:datasets",
    "/data/datasets/{rid}": "palantir_models.page.datasets:dataset",
    "/data/datasets/{rid}/rows": "palantir_models.page.datasets:rows",
    "/data/builds": "palantir_models.page.builds:builds",
    "/data/builds/{seq}": "palantir_models.page.builds:build",
    "/data/lineage": "palantir_models.page.lineage:lineage",
}
"""What answers each address, in a module that is imported when it is first asked for."""
_PAGES = (
    "/",
    "/models/{rest:path}",
    "/datasets",
    "/datasets/{rest:path}",
    "/builds",
    "/builds/{rest:path}",
    "/lineage",
)


def page_app(opened: Opened) -> Starlette:
    """Return the application.

    :param opened: the store that it shows.
    """

    def data(named: str) -> Answer:
        return lambda request: _function(named)(Asked(request, opened))

    routes: list[BaseRoute] = [To(path, partial(_answered, data(named))) for path, named in _DATA.items()]
    routes.append(Route("/data/models/{rid}/live", partial(_streamed, opened)))
    routes += [Route(path, partial(_answered, lambda _: document.page())) for path in _PAGES]
    routes.append(Route("/frame", partial(_answered, lambda _: document.frame())))
    routes.append(Route("/static/{sum}/{name}", partial(_answered, _static)))
    routes.append(Below("/api", Later("palantir_models.page.rest.app:rest_app", opened)))
    handlers: dict[Any, Any] = {HTTPException: _unrouted, Exception: _failed}
    return Starlette(routes=routes, exception_handlers=handlers)


class Below(Mount):
    """Leads all paths below one to an application, also those with a line break, which the name of a series may have."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        super().__init__(path, app)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


class To(Route):
    """Leads a path to what answers it, also one with a line break."""

    def __init__(self, path: str, endpoint: Callable[..., Any]) -> None:
        super().__init__(path, endpoint)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


class Later:
    """An application that is imported and made when it is first asked for.

    :param named: the function that makes it, as ``module:function``.
    :param opened: the store, which the function is given.
    """

    def __init__(self, named: str, opened: Opened) -> None:
        self._named = named
        self._opened = opened
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if (app := self._app) is None:
            self._app = app = await run_sync(self._made)
        await app(scope, receive, send)

    def _made(self) -> ASGIApp:
        return cast(ASGIApp, _function(self._named)(self._opened))


def _function(named: str) -> Callable[..., Any]:
    module, _, name = named.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _static(request: Request) -> Response:
    return document.static(request.path_params["sum"], request.path_params["name"])


async def _streamed(opened: Opened, request: Request) -> Response:
    live: Callable[[Opened, Request], Awaitable[Response]] = await run_sync(
        _function, "palantir_models.page.events:live"
    )
    return await live(opened, request)


async def _answered(answer: Answer, request: Request) -> Response:
    """Answer in a thread, as reading takes its time."""

    def answered() -> Response:
        try:
            found = answer(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, a person reads it
            return failure(error)
        return found if isinstance(found, Response) else json_answer(found)

    return await run_sync(answered)


async def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404 and "text/html" in request.headers.get("accept", ""):
        return await run_sync(partial(document.page, status=404))  # a person typed it
    return refusal(
        error.status_code, str(error.detail), f"{request.url.path[:200]} is no address of the page.", "Begin at /."
    )


async def _failed(request: Request, error: Exception) -> Response:
    return unexpected(error)
