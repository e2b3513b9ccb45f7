"""One locked file tells whether a process lives, for all of its journals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from palantir_models.experiment.journal import owner

OWNS = """
    import sys
    from pathlib import Path
    from palantir_models.experiment.journal import background, owner

    print(owner.ours(Path(sys.argv[1])), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def journals(tmp_path: Path) -> Path:
    """The folder of the journals of a store."""
    return tmp_path / "store" / "_journal"


@pytest.fixture
def other(journals: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Another process that owns journals, and the name under which it does."""
    command = [sys.executable, "-c", textwrap.dedent(OWNS), str(journals)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().strip(), process
    process.kill()
    process.communicate()


def files(journals: Path) -> list[str]:
    """Return the names of the files by which processes are known."""
    return sorted(file.name for file in (journals.parent / owner.PROCESSES).iterdir())


def test_a_process_lives_until_it_is_killed(journals: Path, other: tuple[str, subprocess.Popen[str]]) -> None:
    """Whatever way it dies; its file is found by who collects once nobody could be about to lock it."""
    name, process = other
    assert owner.lives(journals, name)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not owner.lives(journals, name)
    assert list(owner.ended(journals)) == []
    file = journals.parent / owner.PROCESSES / name
    os.utime(file, (time.time() - 4000,) * 2)
    assert list(owner.ended(journals)) == [file]


def test_a_process_that_ends_by_itself_leaves_no_file(journals: Path, other: tuple[str, subprocess.Popen[str]]) -> None:
    """Nothing is left for a collection."""
    _, process = other
    process.communicate("")
    assert process.returncode == 0
    assert files(journals) == []


def test_one_file_stands_for_all_journals_of_a_folder(journals: Path) -> None:
    """However often it is asked for; one that somebody deleted is made anew."""
    name = owner.ours(journals)
    assert owner.ours(journals) == name == files(journals)[0]
    assert owner.lives(journals, name)
    (journals.parent / owner.PROCESSES / name).unlink()
    assert not owner.lives(journals, name)
    assert owner.lives(journals, owner.ours(journals))


@pytest.mark.parametrize("name", ["", "../../x", "a/b", ".", "0" * 32])
def test_a_name_from_a_header_leads_nowhere_else(journals: Path, name: str) -> None:
    """A header may say anything."""
    owner.ours(journals)
    assert not owner.lives(journals, name)


def test_a_forked_child_that_outlives_its_parent_does_not_own_its_journals(journals: Path) -> None:
    """The lock goes with the parent, and the child has a name of its own."""
    code = (
        OWNS
        + """
    import os, time
    if os.fork() == 0:
        print(owner.ours(Path(sys.argv[1])), flush=True)
        os.read(int(sys.argv[2]), 1)  # until the test is over
    os._exit(0)
    """
    )
    reading, writing = os.pipe()
    command = [sys.executable, "-c", textwrap.dedent(code), str(journals), str(reading)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, pass_fds=[reading])
    assert process.stdout is not None
    parent, child = (process.stdout.readline().strip() for _ in range(2))
    process.wait()
    assert (owner.lives(journals, parent), owner.lives(journals, child)) == (False, True)
    os.close(writing)
    os.close(reading)


def test_files_are_of_the_mode_that_the_umask_allows(journals: Path) -> None:
    """A shared store works for all users of its group; to look is enough to be able to read."""
    before = os.umask(0o002)
    try:
        name = owner.ours(journals)
    finally:
        os.umask(before)
    file = journals.parent / owner.PROCESSES / name
    assert file.stat().st_mode & 0o777 == 0o664
    file.chmod(0o444)
    assert owner.lives(journals, name)
