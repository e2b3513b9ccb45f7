"""Who may ask the page's server, and what every answer says about how a browser may use it.

A page on the web can have a browser ask servers of this machine, also under a name of its own that it lets point here. So the
name that a browser asked for must be one of ours, exactly. Any other address than this machine's own also needs a key.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
import socket
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from palantir_models.page.answers import Refusal, failure

TICKET = "ticket"
"""The parameter of an address that brings a browser its cookie."""

_LOCAL = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)(?::(?P<port>[0-9]{1,5}))?")
_API = "/api/"
_CODE = "/static/"
_MOST_BODY = 1 << 20
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What an answer says that does not say otherwise itself."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address that a server is bound to."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Hosts:
    """The names under which a server may be asked.

    :param host: the address that it is bound to.
    :param port: its port.
    """

    def __init__(self, host: str, port: int) -> None:
        self._port = port
        own = {host, socket.gethostname(), socket.getfqdn()} if not is_loopback(host) else {host}
        self._names = {_bracketed(name).lower() for name in {*_LOCAL, *own}}

    def has(self, header: str, reached: str) -> bool:
        """Whether a ``Host`` header names this server.

        :param header: the header, as it came.
        :param reached: the address of this machine at which the request came in, which may also be the name.
        """
        match = _HOST.fullmatch(header)
        if match is None or int(match["port"] or 80) != self._port:
            return False
        return match["name"].lower() in {*self._names, _bracketed(reached).lower()}


class Door:
    """The key without which nobody comes in, where others than this machine can knock.

    A browser gets it as a cookie, for a ticket that is good for one time: what stands in its history, or was seen over
    somebody's shoulder, opens nothing. Programs send the key itself, as ``Authorization: Bearer``.

    :param told: is called with each new ticket; None where everybody may come in.

    Attributes:
        key: the key; it lives as long as the server.
        ticket: the ticket for the next browser.
    """

    def __init__(self, told: Callable[[str], None] | None = None) -> None:
        self._told = told
        self.key = secrets.token_urlsafe(32)
        self.ticket = secrets.token_urlsafe(32)

    @property
    def is_open(self) -> bool:
        """Whether everybody may come in."""
        return self._told is None

    def admits(self, headers: Headers, cookie: str) -> bool:
        """Whether a request brings the key, in a header or in the cookie of a name."""
        if self.is_open:
            return True
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        bearer = credentials.strip() if scheme.lower() == "bearer" else ""
        return any(_same(given, self.key) for given in (bearer, _cookie(headers.get("cookie", ""), cookie)))

    def takes(self, ticket: str) -> bool:
        """Whether a ticket is good; it is not for a second time."""
        if self._told is None or not _same(ticket, self.ticket):
            return False
        self.ticket = secrets.token_urlsafe(32)
        self._told(self.ticket)
        return True


class Guard:
    """Lets through only what may be asked, and says on every answer how a browser may use it.

    :param app: the application behind it.
    :param hosts: the names under which the server may be asked.
    :param door: who may come in.
    :param port: the server's port, which tells its cookie from those of other servers of the machine.
    """

    def __init__(self, app: ASGIApp, hosts: Hosts, door: Door, port: int) -> None:
        self._app = app
        self._hosts = hosts
        self._door = door
        self._cookie = f"transforms-page-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # nothing else is spoken here; the server closes the connection

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            self._require_fit(scope)
            answer = self._welcome(scope)
        except Refusal as refused:
            answer = _refusal_of(refused, scope["path"])
        await (answer or self._app)(scope, receive, told)

    def _require_fit(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        reached = (scope.get("server") or ("", 0))[0]
        named = headers.getlist("host")
        if len(named) != 1 or not self._hosts.has(named[0], reached):
            raise Refusal(
                421,
                "This is another server's name",
                f"The page was asked for as {' and '.join(named) or 'nothing'}, which is not its address.",
                "Use the address that 'transforms ui' printed; a forwarded port must have the same number on both ends.",
            )
        if scope["method"] == "POST" and scope["path"].startswith(_API):
            _require_fit_body(headers)
        elif scope["method"] not in ("GET", "HEAD"):
            raise Refusal(405, "The page only reads", f"{scope['method']} is not answered.", "Use GET.")

    def _welcome(self, scope: Scope) -> Response | None:
        """Return what leads to the door; None for who is in."""
        asked = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        ticket = asked.pop(TICKET, [""])[0]
        if ticket and self._door.takes(ticket):
            rest = urlencode(asked, doseq=True)
            answer = RedirectResponse(_within(scope["path"]) + (f"?{rest}" if rest else ""), 303)
            # Lax and not strict, so that a link from another page opens; all that can be asked for is reading.
            answer.set_cookie(self._cookie, self._door.key, httponly=True, samesite="lax", path="/")
            return answer
        # The frame of plots has an origin of its own, so no cookie comes with what it loads: the page's code, which is public.
        if scope["path"].startswith(_CODE) or self._door.admits(Headers(scope=scope), self._cookie):
            return None
        raise Refusal(
            401,
            "This page needs a key",
            "It is open to other machines, so it is shown to those who have its key.",
            "Open the newest address that 'transforms ui' printed; each of them lets one browser in.",
        )


def _require_fit_body(headers: Headers) -> None:
    """Refuse what a form on another site can send, and what is longer than a search can be."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(
            415, "A search is JSON", f"It came as {kind or 'nothing'}.", "Send Content-Type: application/json."
        )
    length = headers.get("content-length", "")
    if not length.isdecimal() or int(length) > _MOST_BODY:
        raise Refusal(413, "The search is too long", f"Its length is {length or 'not told'}.", "Send less than 1 MiB.")


def _refusal_of(refused: Refusal, path: str) -> Response:
    """Return the answer to who is refused, in the words of the part that was asked for."""
    if not path.startswith(_API):
        return failure(refused)
    from palantir_models.page.rest.errors import refusal  # at once, it would be loaded before the page is there

    return refusal(refused)


def _within(path: str) -> str:
    """Return a path that cannot lead to another server, as ``//name`` would."""
    return "/" + path.lstrip("/\\")


def _cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found is not None else ""


def _same(given: str, wanted: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name and not name.startswith("[") else name
