"""External systems for tests: they answer what a test says, and no network is asked."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

from transforms.errors import NotFoundError, nearest
from transforms.external.client import need_requests

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class FakeSource:
    """Stands for an external system in a test.

    ``get_https_connection().get_client()`` is a real ``requests.Session`` that reaches nothing but ``answers``.

    :param answers: what is answered, by path, with a method before it where that matters: ``"/v1/cities"``, ``"POST
        /v1/orders"``. Bytes and text are a body, a number is a status, an exception is raised, anything else is sent as
        JSON; a function is called with the prepared request and returns one of these.
    :param secrets: its secrets by name.
    :param url: where its interface begins.
    :param configuration: what ``source_configuration`` tells.

    Attributes:
        requests: every request that was made, as ``requests`` prepared it.
    """

    client_certificate = None
    server_certificates_bundle_path = None

    def __init__(
        self,
        answers: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
        url: str = "https://source.test",
        configuration: Any = None,
    ) -> None:
        self.secrets = dict(secrets or {})
        self.source_configuration = configuration
        self.requests: list[Any] = []
        self._answers = {_key(name): answer for name, answer in (answers or {}).items()}
        self._url = url

    def __repr__(self) -> str:
        return f"<FakeSource {self._url}>"

    def get_secret(self, key: str) -> str:
        """Return a secret.

        :raises NotFoundError: if the test has given none of that name; names the nearest.
        """
        if key not in self.secrets:
            raise NotFoundError(
                f"The test's FakeSource has no secret {key!r}.{nearest(key, self.secrets)} Give FakeSource(secrets={{"
                f"{key!r}: '...'}})."
            )
        return self.secrets[key]

    def get_https_connection(self) -> FakeConnection:
        """Return the connection."""
        return FakeConnection(self._url, self.requests, self._answers)

    def get_https_proxy_uri(self) -> None:
        """Return the proxy on the way to it: none."""


class FakeConnection:
    """The HTTPS interface of a :class:`FakeSource`.

    :param url: where it begins.
    :param requests: takes every request.
    :param answers: what is answered, by method and path.
    """

    def __init__(self, url: str, requests: list[Any], answers: Mapping[tuple[str, str], Any]) -> None:
        self.url = url
        self.headers: Mapping[str, str] = {}
        self.query_params: Mapping[str, str] = {}
        self._requests = requests
        self._answers = answers

    def get_client(self, timeout: float = 30) -> Any:
        """Return a ``requests.Session`` that is answered by the test.

        :param timeout: taken, and of no use.
        :raises MissingExtraError: if ``requests`` is not installed.
        """
        requests = need_requests()
        from requests.adapters import BaseAdapter

        answer = self._answer

        class Answering(BaseAdapter):  # type: ignore[misc]
            def send(self, request: Any, **options: Any) -> Any:
                return answer(request, requests.Response())

            def close(self) -> None:
                pass

        session = requests.Session()
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, Answering())
        return session

    def _answer(self, request: Any, response: Any) -> Any:
        self._requests.append(request)
        path = request.url.removeprefix(self.url) if request.url.startswith(self.url) else request.url
        bare = path.partition("?")[0]
        asked = [(method, where) for where in (path, bare) for method in (request.method, "")]
        found = next((key for key in asked if key in self._answers), None)
        if found is None:
            known = [" ".join(filter(None, key)) for key in self._answers]
            raise NotFoundError(
                f"The test's FakeSource was asked {request.method} {path} and has no answer to it.{nearest(path, known)} "
                f"It answers: {', '.join(known) or 'nothing'}."
            )
        answer = self._answers[found]
        if callable(answer):
            answer = answer(request)
        return _filled(response, request, answer)


def _key(name: str) -> tuple[str, str]:
    method, space, path = name.partition(" ")
    return (method, path) if space and method in _METHODS else ("", name)


def _filled(response: Any, request: Any, answer: Any) -> Any:
    if isinstance(answer, BaseException):
        raise answer
    is_status = isinstance(answer, int) and not isinstance(answer, bool)
    response.status_code = answer if is_status else 200
    body = b"" if is_status else answer
    if not isinstance(body, (bytes, str)):
        body = json.dumps(body)
        response.headers["Content-Type"] = "application/json"
    response.raw = io.BytesIO(body.encode() if isinstance(body, str) else body)
    response.encoding = "utf-8"
    response.url = request.url
    response.request = request
    return response
