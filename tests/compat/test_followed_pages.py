"""The tutorial and the how-tos, followed word for word."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.compat.pages import DOCS, follow

PAGES = {
    "tutorial": 15,
    "how-to/adapter": 1,
    "how-to/back-up": 4,
    "how-to/compare": 4,
    "how-to/continue-training": 6,
    "how-to/evaluate": 7,
    "how-to/life-of-a-version": 11,
    "how-to/log": 4,
    "how-to/mlflow": 3,
    "how-to/models-that-last": 6,
    "how-to/study": 6,
    "how-to/to-foundry": 2,
}
COSTLY = {"how-to/bucket": 5, "how-to/spark": 4}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder; what is imported in it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_true(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first file to the last command, of which it has as many as are said here."""
    assert follow(page, folder, monkeypatch) == PAGES[page]


def test_the_page_about_spark_is_true(
    needs_spark: None, spark_session: object, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the session of our own tests."""
    assert follow("how-to/spark", folder, monkeypatch) == COSTLY["how-to/spark"]


def test_the_page_about_a_bucket_is_true(
    bucket: str, s3_endpoint: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a server on this machine."""
    urlopen(Request(f"{s3_endpoint}/lake", method="PUT")).close()
    assert follow("how-to/bucket", folder, monkeypatch) == COSTLY["how-to/bucket"]


def test_every_how_to_is_followed() -> None:
    """A page that is added below how-to/ has to be added here."""
    assert {f"how-to/{page.stem}" for page in (DOCS / "how-to").glob("*.md")} == {*PAGES, *COSTLY} - {"tutorial"}


@pytest.mark.parametrize("page", [*PAGES, *COSTLY])
def test_the_follower_sees_every_block(page: str) -> None:
    """A block without a path above it and without a command is tried by nobody."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(^`[^`\s]+`(?:, added)?\n\n)?^```\w*\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    assert [code for path, code in blocks if not path and not code.startswith("$ ")] == []
    assert 2 * len(blocks) == text.count("```"), "a block is indented, and not followed"
