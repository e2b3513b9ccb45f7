"""The tutorial and the how-tos, followed word for word."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.compat.pages import DOCS, ROOT, blocks, follow

PAGES = {
    "tutorial": 17,
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
# Pages that show parts of a project: it begins with settings that name nothing.
PARTS = {
    "backup": 7,
    "builds": 12,
    "checks": 0,
    "external": 0,
    "incremental": 0,
    "media_sets": 0,
    "mlflow": 1,
    "page": 2,
    "spark": 4,
}
COSTLY = {"how-to/bucket": 6, "how-to/spark": 4}
ELSEWHERE = {
    "foundry": "compat/test_foundry_page.py",
    "mlflow_exchange": "compat/test_followed_pages.py",
    "object-storage": "compat/test_followed_pages.py",
    "rest": "palantir_models/page/rest/test_documentation.py",
    "testing": "compat/test_testing_page.py",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder; what is imported in it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "pipelines"]:  # the checkout's own
        monkeypatch.delitem(sys.modules, name)
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
    server = {"http://localhost:9000": s3_endpoint}
    assert follow("how-to/bucket", folder, monkeypatch, server) == COSTLY["how-to/bucket"]


@pytest.mark.slow
def test_the_page_about_buckets_in_full_is_true(
    bucket: str, s3_endpoint: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a bucket of its own."""
    server = {"s3://lake/team": bucket, "http://localhost:9000": s3_endpoint}
    assert follow("object-storage", folder, monkeypatch, server) == 6


@pytest.mark.slow
def test_the_page_about_mlflows_servers_is_true(
    empty_database: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a database in the place of the server."""
    _begin(folder)
    shutil.copy(empty_database, folder / "served.db")
    server = {"http://localhost:5000": "sqlite:///served.db"}
    assert follow("mlflow_exchange", folder, monkeypatch, server) == 4


@pytest.mark.slow
@pytest.mark.parametrize("page", PARTS)
def test_what_a_page_shows_of_a_project_is_true(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block, after those above it."""
    _begin(folder)
    stands_for = {"s3://lake/store": ".transforms"} if page == "backup" else None
    assert follow(page, folder, monkeypatch, stands_for) == PARTS[page]


def _begin(folder: Path) -> None:
    """Write a project without transforms, and a file to bring in."""
    (folder / "pyproject.toml").write_text("[tool.transforms]\npipelines = []\n")
    (folder / "orders.csv").write_text("customer,amount\nada,2.5\n")


def test_every_block_of_every_page_is_followed() -> None:
    """A page with code that is added has to be added to one of these; what is no code is said in ``PICTURES``."""
    followed = {*PAGES, *PARTS, *COSTLY, *ELSEWHERE}
    pages = {str(page.relative_to(DOCS).with_suffix("")): page for page in DOCS.rglob("*.md")}
    code = {
        name
        for name, page in pages.items()
        if any(not block.is_picture(name) for block in blocks(page.read_text(encoding="utf-8")))
    }
    assert code == followed
    for name, test in ELSEWHERE.items():
        assert f'follow("{name}", ' in (ROOT / "tests" / test).read_text(encoding="utf-8")


def test_a_block_that_nobody_tries_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One without a path above it that is neither Python, settings nor a dialogue; and one that is indented."""
    monkeypatch.setattr("tests.compat.pages.DOCS", folder)
    for page, said in {
        "```\ntransforms build\n```\n": "nobody tries",
        "- so:\n\n  ```\n  x\n  ```\n": "indented",
    }.items():
        (folder / "new.md").write_text(page)
        with pytest.raises(AssertionError, match=said):
            follow("new", folder, monkeypatch)
