"""Starting the page's server, and ending it: the port, what is loaded meanwhile, and the browser that is opened after it."""

from __future__ import annotations

import errno
import importlib
import socket
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import uvicorn

from palantir_models.page.app import page_app
from palantir_models.page.memory import give_back, settle, unsettle
from palantir_models.page.opened import Opened
from palantir_models.page.security import TICKET, Door, Guard, Hosts, is_loopback
from transforms.errors import UsageError

PORT = 8123
_HEAVY = (
    "polars",
    "deltalake",
    "pyarrow.parquet",
    "pyarrow.dataset",
    "pyarrow.json",
    "palantir_models.reading.model",
    "palantir_models.reading.comparison",
)
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
"""What stands for every address of the machine, with the one at which the machine itself reaches it."""
_LONGEST_HEAD = 1 << 16  # a chart names up to a thousand experiments in its address
_LAST_SECONDS = 2


@dataclass(frozen=True)
class Place:
    """Where the server is to listen.

    Attributes:
        host: the address; only this machine reaches the one it has when none is named.
        port: the port; 0 means any that is free, and None the usual one, or any if that is taken.
    """

    host: str = "127.0.0.1"
    port: int | None = None


class Page:
    """A server that listens, and answers as soon as it runs.

    :param opened: the store that it shows.
    :param place: where it listens.
    :param say: is told what a person should read.
    :raises UsageError: if it cannot listen there; says what to type instead.

    Attributes:
        port: the port that it listens at.
    """

    def __init__(self, opened: Opened, place: Place, say: Callable[[str], None]) -> None:
        self._opened = opened
        self._host = place.host
        self._say = say
        self._listener = _listener(place, say)
        self.port = int(self._listener.getsockname()[1])
        self._door = Door(None if is_loopback(place.host) else self._tell)
        app = Guard(page_app(opened), Hosts(place.host, self.port), self._door, self.port)
        settings = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=_LONGEST_HEAD,
            timeout_graceful_shutdown=_LAST_SECONDS,
        )
        self._server = _Server(settings, opened)

    @property
    def address(self) -> str:
        """What a browser opens; it lets one in, where the page needs a key."""
        host = _EVERYWHERE.get(self._host, self._host)
        address = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"
        return address if self._door.is_open else f"{address}?{TICKET}={self._door.ticket}"

    def run(self, opens_browser: bool) -> None:
        """Answer until somebody presses Ctrl-C, or :meth:`stop` is called.

        :param opens_browser: whether to open the page in a browser, once everything is loaded.
        """
        if self._door.is_open:
            self._say(f"The model page is at {self.address}\nPress Ctrl-C to end it.")
        else:
            self._say(f"Programs send the key: Authorization: Bearer {self._door.key}")
            self._tell(self._door.ticket)
        threading.Thread(target=self._warm_up, args=(opens_browser,), daemon=True).start()
        try:
            self._server.run(sockets=[self._listener])
        except KeyboardInterrupt:  # the server has ended in order, and passes on what ended it
            self._say("The model page has ended.")
        finally:
            unsettle()
            self._listener.close()

    def stop(self) -> None:
        """Have :meth:`run` return, from another thread."""
        self._opened.closing.set()
        self._server.should_exit = True

    def _warm_up(self, opens_browser: bool) -> None:
        for module in _HEAVY:
            importlib.import_module(module)
        give_back()
        if not self._opened.closing.is_set():
            settle()
        if opens_browser:
            webbrowser.open(self.address)
        lineage: Callable[[Opened], None] = importlib.import_module("palantir_models.page.lineage").warm_up
        lineage(self._opened)

    def _tell(self, ticket: str) -> None:
        elsewhere = ""
        if self._host in _EVERYWHERE:
            elsewhere = f" Other machines say {socket.gethostname()} in place of {_EVERYWHERE[self._host]}."
        self._say(
            f"The model page is at {self.address}\nThis address lets one browser in.{elsewhere} Press Ctrl-C to end the page."
        )


class _Server(uvicorn.Server):
    """Ends what is followed live before it waits for its answers to end."""

    def __init__(self, config: uvicorn.Config, opened: Opened) -> None:
        super().__init__(config)
        self._opened = opened

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._opened.closing.set()
        super().handle_exit(sig, frame)


def _listener(place: Place, say: Callable[[str], None]) -> socket.socket:
    port = PORT if place.port is None else place.port
    try:
        return _bound(place.host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise UsageError(
                f"The page cannot listen at {place.host}, port {port}: {error.strerror or error}. Choose an address of this "
                "machine with --host, or leave it out."
            ) from error
        if place.port is not None:
            raise UsageError(
                f"Port {port} is taken by another program. Choose another one with --port, or any free one with --port 0."
            ) from error
    found = _bound(place.host, 0)
    say(f"Port {port} is taken by another program, so another one is used.")
    return found


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener
