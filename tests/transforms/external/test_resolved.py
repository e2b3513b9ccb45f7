"""An external system as a job uses it: a real server on this machine, real requests."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from transforms.api import Output, transform
from transforms.errors import ConfigError, MissingExtraError, UnavailableError
from transforms.external.resolved import ResolvedSource
from transforms.external.settings import SourceSettings
from transforms.external.systems import Source, external_systems
from transforms.testing import FakeSource, run_transform


@pytest.fixture(scope="module")
def weather() -> Iterator[SimpleNamespace]:
    """A server that answers with what it was asked; ``failures`` of its next answers are 503."""
    asked: list[Any] = []
    server = SimpleNamespace(asked=asked, failures=0)

    class Weather(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(SimpleNamespace(path=self.path, headers=dict(self.headers)))
            failing, server.failures = server.failures > 0, max(server.failures - 1, 0)
            body = json.dumps([{"city": "Bern", "degrees": 21}]).encode()
            self.send_response(503 if failing else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    http = HTTPServer(("127.0.0.1", 0), Weather)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    server.address = http.server_address
    yield server
    http.shutdown()
    http.server_close()


def source(**settings: Any) -> ResolvedSource:
    return ResolvedSource(SourceSettings("ri.source.weather", **settings), Path("/project"))


def test_a_build_reaches_the_system_that_the_project_names(
    weather, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address from pyproject.toml, the secret from the environment, the rows in the output."""
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.transforms.sources."ri.source.weather"]\nurl = "{weather.url}"\nquery = {{ unit = "C" }}\n'
        'secrets = { token = "WEATHER_TOKEN" }\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WEATHER_TOKEN", "s3cret")

    @external_systems(weather=Source("ri.source.weather"))
    @transform.using(out=Output("/weather"))
    def compute(weather, out):
        connection = weather.get_https_connection()
        answer = connection.get_client().get(
            f"{connection.url}/today", headers={"X-Token": weather.get_secret("token")}
        )
        import polars as pl

        out.write_table(pl.DataFrame(answer.json()))

    result = run_transform(compute)

    assert result.outputs["out"].rows() == [{"city": "Bern", "degrees": 21}]
    assert weather.asked[-1].path == "/today?unit=C"
    assert weather.asked[-1].headers["X-Token"] == "s3cret"
    assert "s3cret" not in repr(result.entry)
    assert result.entry.parameters == {}


def test_an_answer_that_may_pass_is_asked_for_again(weather) -> None:
    weather.failures = 1

    answer = source(url=weather.url).get_https_connection().get_client().get(f"{weather.url}/again")

    assert answer.status_code == 200
    assert [request.path for request in weather.asked[-2:]] == ["/again", "/again"]


def test_a_client_waits_no_longer_than_it_was_told(weather, monkeypatch: pytest.MonkeyPatch) -> None:
    from requests.adapters import HTTPAdapter

    waited = []
    send = HTTPAdapter.send
    monkeypatch.setattr(
        HTTPAdapter,
        "send",
        lambda self, request, **rest: (waited.append(rest["timeout"]), send(self, request, **rest))[1],
    )
    connection = source(url=weather.url).get_https_connection()
    connection.get_client().get(weather.url)
    connection.get_client(timeout=5).get(weather.url)
    connection.get_client(timeout=5).get(weather.url, timeout=7)

    assert waited == [30, 5, 7]


def test_certificates_are_files_of_the_project(weather) -> None:
    known = source(url=weather.url, certificate="a.pem", private_key="a.key", certificates="/etc/bundle.pem")
    client = known.get_https_connection().get_client()

    assert (known.client_certificate.certificate_file_path, client.cert[1]) == ("/project/a.pem", "/project/a.key")
    assert known.server_certificates_bundle_path == client.verify == "/etc/bundle.pem"


def test_a_socket_is_connected(weather) -> None:
    with source().create_socket(*weather.address) as connected:
        assert connected.getpeername() == weather.address


def test_what_the_project_does_not_say_is_missed_at_the_call_alone() -> None:
    """A source without settings is handed over; its values are those of one that says nothing."""
    unknown = source()

    assert (unknown.client_certificate, unknown.server_certificates_bundle_path) == (None, None)
    assert (unknown.source_configuration, unknown.get_https_proxy_uri(), dict(unknown.secrets)) == (None, None, {})
    with pytest.raises(ConfigError, match=r'"ri.source.weather"\]: url = "https'):
        unknown.get_https_connection()
    with pytest.raises(ConfigError, match="secrets = "):
        unknown.get_secret("token")


def test_without_requests_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    for connection in (source(url="https://x.test").get_https_connection(), FakeSource().get_https_connection()):
        with pytest.raises(MissingExtraError, match=r"\[external\]"):
            connection.get_client()


def test_what_only_foundry_makes_is_refused_in_one_sentence() -> None:
    for call in (source().get_aws_credentials, source().get_session_credentials):
        with pytest.raises(UnavailableError, match="only Foundry makes such credentials"):
            call()


def test_a_source_shows_no_secret() -> None:
    assert repr(source(secrets={"token": "HOME"})) == "<ResolvedSource ri.source.weather>"
