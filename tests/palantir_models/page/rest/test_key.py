"""Where other machines can reach the page, the official client needs its key, and says so by its own errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from foundry_sdk import Config, FoundryClient, PalantirRPCException, UserTokenAuth

from palantir_models.page.start import Place
from tests.palantir_models.page.conftest import Browser, Running
from tests.palantir_models.page.rest.conftest import Foundry


@pytest.fixture
def stranger(running: Running, root: tuple[Path, dict[str, str]]) -> Browser:
    """A page that other machines can reach."""
    return running.begin(root[0].parent, Place("0.0.0.0", 0))


def client(browser: Browser, token: str, host: str = "127.0.0.1") -> FoundryClient:
    """Return the official client for a page."""
    return FoundryClient(UserTokenAuth(token), f"{host}:{browser.port}", Config(scheme="http"))


def test_the_key_is_the_clients_token(running: Running, stranger: Browser, foundry: Foundry) -> None:
    """As it was printed when the page began."""
    key = next(said for said in running.said if "Bearer" in said).rpartition(" ")[2]
    assert client(stranger, key).models.Model.get(foundry.model, preview=True).rid == foundry.model


def test_another_token_is_refused(stranger: Browser, foundry: Foundry) -> None:
    """With the client's error for it."""
    with pytest.raises(PalantirRPCException) as refused:
        client(stranger, "another").models.Model.get(foundry.model, preview=True)
    assert type(refused.value).__name__ == "UnauthorizedError"
    assert (refused.value.name, refused.value.error_code) == ("Unauthorized", "UNAUTHORIZED")
    assert "This page needs a key" in refused.value.error_description


def test_the_name_of_another_server_is_refused(running: Running, root: tuple[Path, dict[str, str]]) -> None:
    """Also by which a page on the web would have a browser ask."""
    answer = running.begin(root[0].parent).ask("/api/openapi.json", Host="evil.example")
    assert answer.status == 421
    assert answer.json["errorName"] == "InvalidArgument"
    assert "evil.example" in answer.json["errorDescription"]


@pytest.mark.parametrize(
    ("kind", "body", "status", "name"),
    [
        ("text/plain", b"{}", 415, "InvalidArgument"),
        ("application/json", b" " * (1 << 21), 413, "RequestEntityTooLarge"),
    ],
)
def test_what_a_form_can_send_or_is_endless_is_refused(
    running: Running, root: tuple[Path, dict[str, str]], kind: str, body: bytes, status: int, name: str
) -> None:
    """Before it is read."""
    answer = running.begin(root[0].parent).ask("/api/v2/models/a/experiments/search", "POST", body, Content_Type=kind)
    assert (answer.status, answer.json["errorName"]) == (status, name)
