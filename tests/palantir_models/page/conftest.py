"""The page's server as a browser meets it: a real one, asked over a real connection."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from palantir_models.page.ids import model_rid
from palantir_models.page.opened import Opened
from palantir_models.page.start import Page, Place
from transforms.config import load_config


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """The body, which must be JSON as every browser reads it."""
        assert self.headers.get_content_type() == "application/json", self.body
        return json.loads(self.body, parse_constant=_no_json)

    @property
    def error(self) -> Mapping[str, str]:
        """What it says went wrong."""
        found: Mapping[str, str] = self.json["error"]
        assert set(found) == {"title", "detail", "hint"}
        return found


class Browser:
    """Asks a server.

    :param page: the server, which runs.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.port = page.port

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """Ask for a path."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, given)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, **parameters: Any) -> Any:
        """Ask for JSON, which must be there."""
        answer = self.ask(path + (f"?{urlencode(parameters, doseq=True)}" if parameters else ""))
        assert answer.status == 200, answer.body
        return answer.json


def _no_json(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


class Running:
    """Begins servers, and ends them."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._pages: list[tuple[Page, threading.Thread]] = []

    def begin(self, root: Path | str, place: Place | None = None) -> Browser:
        """Begin a server over a root."""
        config = load_config(Path(root) if "://" not in str(root) else None, {}, str(root))
        page = Page(Opened(config), place or Place(port=0), self.said.append)
        thread = threading.Thread(target=page.run, args=(False,))
        thread.start()
        self._pages.append((page, thread))
        return Browser(page)

    def end(self) -> None:
        """End them all."""
        for page, thread in self._pages:
            page.stop()
            thread.join(60)
            assert not thread.is_alive()


@pytest.fixture
def running() -> Iterator[Running]:
    """Begins servers, which end with the test."""
    pages = Running()
    yield pages
    pages.end()


@pytest.fixture
def rid() -> str:
    """The RID of the model ``/wine``."""
    return model_rid("/wine")
