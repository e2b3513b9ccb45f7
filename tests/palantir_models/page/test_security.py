"""Who may ask the page, under which name, for what; and what a browser may do with the answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from palantir_models.page.security import Door, Hosts, is_loopback
from palantir_models.page.start import Place

ELSEWHERE = Place("0.0.0.0", 0)


@pytest.fixture
def browser(running: Any, tmp_path: Any) -> Any:
    """A page over an empty root, for this machine alone."""
    return running.begin(tmp_path)


@pytest.fixture
def stranger(running: Any, tmp_path: Any) -> Any:
    """A page that other machines reach, asked by one that has no key."""
    return running.begin(tmp_path, ELSEWHERE)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_this_machines_names_are_answered(browser: Any, name: str) -> None:
    """With the port that is served."""
    assert browser.ask("/data/store", Host=f"{name}:{browser.port}").status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{port}",
        "localhost.evil.example:{port}",
        "evil.example#localhost:{port}",
        "localhost:{port}@evil.example",
        "user@localhost:{port}",
        "localhost.:{port}",
        "localhost:{port}0",
        "localhost",
        "localhost:{port}/",
        "localhost: {port}",
        "127.0.0.1.nip.io:{port}",
        "127.1:{port}",
        "0x7f.1:{port}",
        "[::ffff:127.0.0.1]:{port}",
        "",
    ],
)
def test_any_other_name_is_refused(browser: Any, host: str) -> None:
    """A site whose name was made to point at this machine (DNS rebinding) reads nothing."""
    answer = browser.ask("/data/store", Host=host.format(port=browser.port))
    assert answer.status in (400, 421)
    assert b"root" not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/data/models", "/static/a/b"])
def test_the_page_only_reads(browser: Any, method: str, path: str) -> None:
    """Nothing but GET and HEAD; and no answer allows another site's scripts to ask."""
    answer = browser.ask(path, method)
    assert answer.status == 405
    assert answer.headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content_Type": "application/x-www-form-urlencoded"}, b"{}", 415),
        ({"Content_Type": "text/plain"}, b"{}", 415),
        ({}, b"{}", 415),
        ({"Content_Type": "application/json"}, b" " * (2 << 20), 413),
        ({"Content_Type": "application/json", "Transfer_Encoding": "chunked"}, None, 413),
    ],
)
def test_a_search_cannot_come_from_a_form_nor_be_endless(browser: Any, headers: Any, body: Any, status: int) -> None:
    """What a form on another site can send is no JSON."""
    assert browser.ask("/api/v2/x/search", "POST", body, **headers).status == status


def test_every_answer_says_how_a_browser_may_use_it(browser: Any) -> None:
    """Also those that tell of an error."""
    for path in ("/", "/data/store", "/data/models/none", "/nowhere", "/frame", "/static/a/b"):
        headers = browser.ask(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert "frame-ancestors" in headers["Content-Security-Policy"], path


def test_the_frame_of_plots_has_no_origin_and_reaches_nothing(browser: Any) -> None:
    """Scripts run in it, but not as the page's."""
    policy = browser.ask("/frame").headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts;")
    assert "allow-same-origin" not in policy
    assert "connect-src" not in policy  # so default-src 'none' counts


def test_other_machines_need_the_key(stranger: Any) -> None:
    """Without it not even the document is shown."""
    for path in ("/", "/data/store", "/frame", "/api/openapi.json"):
        answer = stranger.ask(path)
        assert answer.status == 401, path
        assert "root" not in answer.json, path


def test_the_pages_code_needs_no_key(stranger: Any) -> None:
    """It is the same for everybody, and the frame of plots, whose origin is its own, sends no cookie for it."""
    assert stranger.ask("/static/a/b").status == 404
    assert stranger.ask("/static/../data/store").status in (401, 404)
    assert stranger.ask("/static/%2e%2e/data/store").status in (401, 404)


def test_a_browser_gets_the_key_as_a_cookie_for_a_ticket(running: Any, stranger: Any) -> None:
    """Then the address has no ticket any more, and what else it asked for is kept."""
    ticket = parse_qs(urlsplit(stranger.page.address).query)["ticket"][0]
    answer = stranger.ask(f"/models/x?tab=charts&ticket={ticket}&id=1&id=2")
    assert answer.status == 303
    assert answer.headers["Location"] == "/models/x?tab=charts&id=1&id=2"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert ticket not in cookie
    assert stranger.ask("/data/store", Cookie=cookie.partition(";")[0]).status == 200
    assert stranger.ask("/data/store", Cookie=f"other=1; {cookie.partition(';')[0]}").status == 200
    assert stranger.page.address in "".join(running.said)  # the next ticket was told


def test_a_ticket_is_good_for_one_time(stranger: Any) -> None:
    """What stands in a history, or was seen in passing, opens nothing."""
    ticket = parse_qs(urlsplit(stranger.page.address).query)["ticket"][0]
    assert stranger.ask(f"/?ticket={ticket}").status == 303
    assert stranger.ask(f"/?ticket={ticket}").status == 401


def test_a_ticket_leads_to_no_other_server(stranger: Any) -> None:
    """``//name`` would."""
    ticket = parse_qs(urlsplit(stranger.page.address).query)["ticket"][0]
    assert stranger.ask(f"//evil.example/?ticket={ticket}").headers["Location"] == "/evil.example/"


@pytest.mark.parametrize(
    "given", ["Bearer ", "Bearer x", "Basic {key}", "{key}", "Bearer {key}x", "Bearer {key} {key}"]
)
def test_only_the_whole_key_opens(stranger: Any, given: str) -> None:
    """In the one scheme that is meant."""
    key = stranger.page._door.key
    assert stranger.ask("/data/store", Authorization=given.format(key=key)).status == 401
    assert stranger.ask("/data/store", Authorization=f"Bearer {key}").status == 200


@pytest.mark.parametrize(
    "cookie", ["transforms-page-{port}=", "transforms-page-{port}=x", "other={key}", "\x01;;=", "a=b=c"]
)
def test_only_the_right_cookie_opens(stranger: Any, cookie: str) -> None:
    """One that cannot be understood is none."""
    key = stranger.page._door.key
    assert stranger.ask("/data/store", Cookie=cookie.format(key=key, port=stranger.port)).status == 401


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("example.org", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_only_loopback_needs_no_key(host: str, alone: bool) -> None:
    """Whatever else is named, others may reach."""
    assert is_loopback(host) is alone


def test_an_address_that_a_request_came_in_at_is_a_name_of_the_server() -> None:
    """A server at all addresses of a machine is asked by each of them, and by no other."""
    hosts = Hosts("0.0.0.0", 80)
    assert hosts.has("10.0.0.7", "10.0.0.7")
    assert hosts.has("[fd00::1]:80", "fd00::1")
    assert not hosts.has("10.0.0.8", "10.0.0.7")


def test_an_open_door_takes_no_ticket() -> None:
    """Where no key is needed, none is given away."""
    door = Door()
    assert not door.takes(door.ticket)
