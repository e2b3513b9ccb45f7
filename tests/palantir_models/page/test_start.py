"""Starting and ending the page: its port, what it says, and that it ends cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from palantir_models.page import start
from palantir_models.page.opened import Opened
from palantir_models.page.start import Page, Place
from transforms.config import load_config
from transforms.errors import UsageError

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def taken() -> Any:
    """A port that another program listens at."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_that_was_asked_for_and_is_taken_is_said(tmp_path: Path, taken: int) -> None:
    """With what to type instead."""
    with pytest.raises(UsageError, match=rf"Port {taken} is taken by another program.*--port 0"):
        Page(Opened(load_config(tmp_path)), Place(port=taken), print)


def test_without_a_wish_a_free_port_is_found(running: Any, tmp_path: Path, taken: int, monkeypatch: Any) -> None:
    """And said, as the address is another than usual."""
    monkeypatch.setattr(start, "PORT", taken)
    browser = running.begin(tmp_path, Place())
    assert browser.port != taken
    assert running.said[0] == f"Port {taken} is taken by another program, so another one is used."
    assert browser.ask("/data/store").status == 200


def test_a_page_for_other_machines_says_how_they_reach_it(running: Any, tmp_path: Path) -> None:
    """And what lets them in: a ticket for a browser, a key for a program."""
    browser = running.begin(tmp_path, Place("0.0.0.0", 0))
    browser.ask("/")
    said = "\n".join(running.said)
    assert f"http://127.0.0.1:{browser.port}/?ticket=" in said
    assert f"Other machines say {socket.gethostname()} in place of 127.0.0.1." in said
    assert "Authorization: Bearer" in said


def test_an_address_that_is_not_this_machines_is_said(tmp_path: Path) -> None:
    """Nothing can listen there."""
    with pytest.raises(UsageError, match="The page cannot listen at 192.0.2.1"):
        Page(Opened(load_config(tmp_path)), Place("192.0.2.1", 0), print)


def test_the_browser_is_opened_when_all_is_loaded(tmp_path: Path, monkeypatch: Any) -> None:
    """Once, at the address that was said, and it is answered there."""
    asked: list[str] = []
    is_asked = threading.Event()

    def opened(address: str) -> bool:
        assert "polars" in sys.modules
        asked.append(address)
        is_asked.set()
        return True

    monkeypatch.setattr(start.webbrowser, "open", opened)
    page = Page(Opened(load_config(tmp_path)), Place(port=0), lambda text: None)
    thread = threading.Thread(target=page.run, args=(True,), daemon=True)
    thread.start()
    try:
        assert is_asked.wait(60)
        assert asked == [page.address]
        with urlopen(f"{page.address}data/store") as answer:
            assert answer.status == 200
    finally:
        page.stop()
        thread.join(60)


@pytest.mark.slow
def test_ctrl_c_ends_the_command_cleanly(tmp_path: Path) -> None:
    """It says where the page is, answers, and ends with 0 and no stack."""
    (tmp_path / "pyproject.toml").touch()
    command = [sys.executable, "-m", "transforms", "ui", "--no-open", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    environment.pop("PYTHONUNBUFFERED", None)  # its address has to come through a pipe at once, too
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("The model page is at http://127.0.0.1:"), line
            with urlopen(f"{line.split()[-1]}data/store") as answer:
                assert answer.status == 200
            process.send_signal(signal.SIGINT)
            said, complained = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert said.splitlines()[-1] == "The model page has ended."
    assert complained == ""


@pytest.mark.slow
def test_polars_is_told_not_to_look_for_ever_how_fast_it_may_read(tmp_path: Path) -> None:
    """It asks its environment once, when it is loaded; after a bucket was read, an idle page took a processor's twentieth."""
    (tmp_path / "pyproject.toml").touch()
    name = "POLARS_DISABLE_HTTP_RATE_LIMIT"
    script = f"""
import os, sys

def look(event, arguments):
    if event == "import" and arguments[0].startswith("polars."):
        os._exit(0 if os.environ.get("{name}") == "1" else 3)

sys.addaudithook(look)
from transforms.cli.app import main
main()
"""
    command = [sys.executable, "-c", script, "ui", "--no-open", "--port", "0"]
    environment = {key: value for key, value in os.environ.items() if key != name} | {"PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            with suppress(OSError):  # it ends while it answers
                urlopen(f"{process.stdout.readline().split()[-1]}data/builds").close()
            assert process.wait(300) == 0
        finally:
            process.kill()
