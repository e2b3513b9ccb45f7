"""A proxy in front of an object store that loses requests and answers, refuses, waits, or is away for seconds."""

from __future__ import annotations

import http.client
import http.server
import random
import socketserver
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

_KINDS = ("request lost", "answer lost", "busy", "error after it was done", "slow", "away")


class Proxy:
    """Hands requests on, and now and then does not.

    :param upstream: the address of the object store.
    :param chance: decides when.

    Attributes:
        rate: how many of the requests meet a fault; 0 for none.
        faults: how often which was met.
        address: where the proxy listens.
    """

    def __init__(self, upstream: str, chance: random.Random) -> None:
        self.rate = 0.0
        self.faults: Counter[str] = Counter()
        self.upstream = urlsplit(upstream).netloc
        self._chance = chance
        self._lock = threading.Lock()
        self._away_until = 0.0
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": self}))
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def fault(self) -> str:
        """Decide what becomes of a request."""
        with self._lock:
            if self.rate == 0:
                return ""
            if time.monotonic() < self._away_until:
                return "request lost"
            if self._chance.random() >= self.rate:
                return ""
            kind = self._chance.choice(_KINDS)
            self.faults[kind] += 1
            if kind == "away":
                self._away_until = time.monotonic() + self._chance.uniform(0.5, 6)
                return "request lost"
            return kind

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A client that was killed hung up; nobody has to know."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # the head of an answer is sent before its body, which would wait 40 ms for it
    proxy: Proxy

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def serve(self) -> None:
        """Hand one request on, and its answer back."""
        body, fault = self._body(), self.proxy.fault()
        if fault == "request lost":
            self._hang_up()
            return
        if fault == "busy":
            self._answer(503, {}, b"<Error><Code>SlowDown</Code></Error>")
            return
        if fault == "slow":
            time.sleep(1.0)
        upstream = http.client.HTTPConnection(self.proxy.upstream, timeout=60)
        hop = ("transfer-encoding", "connection", "content-length", "expect")
        headers = {key: value for key, value in self.headers.items() if key.lower() not in hop}
        upstream.request(self.command, self.path, body, {**headers, "Content-Length": str(len(body))})
        reply = upstream.getresponse()
        content = reply.read()
        upstream.close()
        if fault == "answer lost":
            self._hang_up()
        elif fault == "error after it was done":
            self._answer(500, {}, b"<Error><Code>InternalError</Code></Error>")
        else:
            self._answer(reply.status, dict(reply.getheaders()), content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = serve

    def _body(self) -> bytes:
        if (self.headers.get("Transfer-Encoding") or "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        length = next((value for key, value in headers.items() if key.lower() == "content-length"), str(len(content)))
        try:
            self.send_response_only(status)
            for key, value in headers.items():
                if key.lower() not in ("connection", "transfer-encoding", "content-length"):
                    self.send_header(key, value)
            self.send_header("Content-Length", length if self.command == "HEAD" else str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
        except OSError:
            self.close_connection = True
