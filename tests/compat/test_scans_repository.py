"""A repository that asks a service, reads a media set and counts with DuckDB is built again and again.

It lies in ``scans_repository/`` and is a user's own; the service is a server on this machine, the commands are the real ones.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from typer.testing import CliRunner

from transforms.cli.app import app

REPOSITORY = Path(__file__).parent / "scans_repository"
KEY = "k-123"


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """A service that tells languages to whoever has the key; the list is what it was asked for, its address first."""
    asked: list[str] = []

    class Languages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            scan = parse_qs(urlsplit(self.path).query)["of"][0]
            asked.append(scan)
            body = json.dumps({"language": "de" if "brief" in scan else None}).encode()
            self.send_response(200 if self.headers["X-Key"] == KEY else 403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Languages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asked.append(f"http://127.0.0.1:{server.server_port}")
    yield asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The project, in the working folder; its settings name the service."""
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.transforms]\npipelines = ["scans.pipeline"]\n[tool.transforms.sources."ri.magritte..source.languages"]\n'
        f'url = "{asked.pop()}"\nsecrets = {{ key = "LANGUAGES_KEY" }}\n'
    )
    (tmp_path / "files").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(REPOSITORY)
    monkeypatch.setenv("LANGUAGES_KEY", KEY)
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "scans"]:
        del sys.modules[name]


def run(*arguments: str, code: int = 0) -> Any:
    """Run a command and return what it printed as JSON."""
    result = CliRunner().invoke(app, [*arguments, "--json"], prog_name="transforms")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def put(folder: Path, **scans: str) -> None:
    """Put the scans that there are into the dataset, with these in addition."""
    for name, text in scans.items():
        (folder / "files" / f"{name}.scan").write_text(text)
    run("put", "/scans/files", "files")


def statuses(*options: str, code: int = 0) -> dict[str, str]:
    """Build everything and return how each job ended."""
    return {job["name"]: job["status"] for job in run("build", *options, code=code)["jobs"]}


def rows(folder: Path, alias: str) -> list[tuple[Any, ...]]:
    """Return the rows of a dataset in order."""
    return sorted(pl.read_delta(str(folder / ".transforms/master/datasets" / alias.strip("/"))).rows())


def test_it_is_built_twice_and_again_with_what_is_new(folder: Path, asked: list[str]) -> None:
    """Nothing is asked of the service twice for nothing; of the media set, an incremental run reads the new item alone."""
    put(folder, brief="guten tag", letter="how do you do")
    assert set(statuses().values()) == {"committed"}
    assert rows(folder, "/scans/counts") == [("de", 2), ("other", 4)]
    assert asked == ["brief.scan", "letter.scan"]

    assert set(statuses().values()) == {"fresh"}
    assert len(asked) == 2

    put(folder, brief2="auf wiedersehen")
    assert set(statuses().values()) == {"committed"}
    assert rows(folder, "/scans/counts") == [("de", 4), ("other", 4)]
    assert {file["path"] for file in run("show", "/scans/texts")["files"]} == {"brief.txt", "brief2.txt", "letter.txt"}


def test_without_its_key_the_job_fails_and_says_what_to_type(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not need the service is built all the same; the value of a parameter is given by its name."""
    monkeypatch.delenv("LANGUAGES_KEY")
    put(folder, letter="how do you do")

    result = CliRunner().invoke(app, ["build"], prog_name="transforms")

    assert result.exit_code == 1
    assert "export LANGUAGES_KEY=..." in result.output
    assert rows(folder, "/scans/words") == [("letter.scan", 4)]
    monkeypatch.setenv("LANGUAGES_KEY", KEY)
    assert statuses("--param", "other=nobody knows")["counts"] == "committed"
    assert rows(folder, "/scans/counts") == [("nobody knows", 4)]
