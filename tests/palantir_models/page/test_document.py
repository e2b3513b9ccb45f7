"""The page's documents and the files of its bundle: kept for good, and found by name alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from palantir_models.page import document
from palantir_models.page.answers import Refusal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle."""
    static = tmp_path / "static"
    static.mkdir()
    for name in ("main.js", "main.css", "frame.js", "icon.svg"):
        (static / name).write_text(f"/* {name} */")
    (tmp_path / "secret.js").write_text("no part of the bundle")
    return static


def asked(content: bytes) -> list[tuple[str, str]]:
    """Return sum and name of each file that a document loads."""
    return re.findall(r'(?:src|href)="/static/([^/"]+)/([^"]+)"', content.decode())


def test_a_document_loads_files_that_are_there(folder: Path) -> None:
    """Below the sum of their content, so that they may be kept for good."""
    for made, names in (
        (document.page(folder), ["icon.svg", "main.css", "main.js"]),
        (document.frame(folder), ["plotly.min.js", "frame.js"]),
    ):
        found = asked(made.body)
        assert [name for _, name in found] == names
        for wanted, name in found:
            answer = document.static(wanted, name, folder)
            assert "immutable" in answer.headers["cache-control"]
            assert len(answer.body) > 0


def test_a_file_has_the_type_of_its_name(folder: Path) -> None:
    """A browser runs no script of another."""
    ((wanted, _), *_) = asked(document.page(folder).body)
    kinds = {
        name: document.static(wanted, name, folder).media_type for name in ("main.js", "main.css", "plotly.min.js")
    }
    assert kinds == {"main.js": "text/javascript", "main.css": "text/css", "plotly.min.js": "text/javascript"}


def test_another_bundle_has_another_address(folder: Path) -> None:
    """A page that was loaded before is told so, and never mixes two."""
    before = asked(document.page(folder).body)
    (folder / "main.js").write_text("/* edited */")
    after = asked(document.page(folder).body)
    assert {wanted for wanted, _ in before}.isdisjoint({wanted for wanted, _ in after})
    with pytest.raises(Refusal, match="made anew"):
        document.static(before[0][0], "main.js", folder)


@pytest.mark.parametrize("name", ["../secret.js", "..%2Fsecret.js", "/etc/passwd", "", ".", "..", "missing.js"])
def test_a_file_is_found_by_name_alone(folder: Path, name: str) -> None:
    """No path leads out of the bundle."""
    ((wanted, _), *_) = asked(document.page(folder).body)
    with pytest.raises(Refusal):
        document.static(wanted, name, folder)


def test_a_checkout_without_a_bundle_says_what_to_type(tmp_path: Path) -> None:
    """In place of an empty page."""
    answer = document.page(tmp_path)
    assert answer.status_code == 503
    assert b"make page" in answer.body


def test_the_page_trusts_no_markup() -> None:
    """Its policy lets no text become a script; the frame's has no power over the page."""
    assert "require-trusted-types-for 'script'" in document._PAGE_POLICY
    for policy in (document._PAGE_POLICY, document._FRAME_POLICY):
        assert "unsafe-eval" not in policy
        assert "script-src 'self'" in policy
        assert "http" not in policy
