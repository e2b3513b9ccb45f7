"""The journal's file: whole appends, one owner, readable by others while it grows."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from palantir_models.experiment.journal import journal
from palantir_models.experiment.journal.file_format import encoded
from palantir_models.experiment.journal.journal import Journal, read_frames, read_header


def names(frames: list[journal.Frame]) -> list[str]:
    """Return the names that ``series`` frames hold."""
    return [name for frame in frames for name in frame.content()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the journal is to have."""
    return tmp_path / "journals" / "0123"


def test_what_is_appended_is_read_by_its_owner_and_by_others(folder: Path) -> None:
    """At any time, without closing it."""
    made = Journal(folder, {"name": "run"})
    for name in ("a", "b", "ü"):
        made.append(encoded({"series": [name]}))
        assert names(made.frames())[-1] == names(read_frames(folder).frames)[-1] == name
    assert names(made.frames()) == ["a", "b", "ü"]
    header = read_header(folder)
    assert header is not None
    assert (header["name"], header["pid"]) == ("run", os.getpid())


def test_an_append_that_fails_leaves_no_half_frame(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one stands where it would have stood."""
    made, write = Journal(folder, {}), os.write
    made.append(encoded({"series": ["a"]}))
    calls = []

    def full(descriptor: int, data: memoryview) -> int:
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[:5])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space"):
            made.append(encoded({"series": ["lost"]}))
    assert names(read_frames(folder).frames) == ["a"]
    made.append(encoded({"series": ["b"]}))
    assert names(made.frames()) == names(read_frames(folder).frames) == ["a", "b"]


def test_a_disk_that_is_full_is_an_error_and_not_a_short_write(folder: Path) -> None:
    """With a limit on the file's size in place of a full disk."""
    code = textwrap.dedent("""
        import resource, signal, sys
        from pathlib import Path
        from palantir_models.experiment.journal.file_format import encoded
        from palantir_models.experiment.journal.journal import Journal, read_frames

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        journal = Journal(Path(sys.argv[1]), {})
        journal.append(encoded({"series": ["a"]}))
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
        try:
            journal.append(encoded({"series": ["x" * 1000]}))
            sys.exit("no error")
        except OSError as error:
            print(error.strerror)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        journal.append(encoded({"series": ["b"]}))
        print([name for frame in read_frames(journal.folder).frames for name in frame.content()])
    """)
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["File too large", "['a', 'b']"]


@pytest.fixture
def owner(folder: Path) -> subprocess.Popen[str]:
    """A process that owns the journal."""
    code = textwrap.dedent("""
        import sys
        from pathlib import Path
        from palantir_models.experiment.journal.journal import Journal

        journal = Journal(Path(sys.argv[1]), {})
        print("ready", flush=True)
        sys.stdin.read()
    """)
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_it_is_alive_until_its_process_dies(folder: Path, owner: subprocess.Popen[str]) -> None:
    """Whatever way it dies; then one other process can take it over."""
    assert journal.is_alive(folder)
    assert journal.claim(folder) is None
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    assert not journal.is_alive(folder)
    claim = journal.claim(folder)
    assert claim is not None
    assert journal.claim(folder) is None, "one at a time"
    claim.close()


def test_a_folder_that_has_hardly_begun_is_no_journal(folder: Path) -> None:
    """Its maker may have died, or be about to go on."""
    folder.mkdir(parents=True)
    assert (read_header(folder), read_frames(folder).frames, journal.is_alive(folder)) == (None, [], False)
    (folder / journal.HEADER).write_text('{"na')
    assert read_header(folder) is None


def test_two_journals_do_not_share_a_folder(folder: Path) -> None:
    """An id is used once; the first is not harmed."""
    made = Journal(folder, {})
    made.append(encoded({"series": ["a"]}))
    with pytest.raises(FileExistsError):
        Journal(folder, {})
    assert names(read_frames(folder).frames) == ["a"]


def test_removing_leaves_what_else_is_in_the_folder(folder: Path) -> None:
    """What is kept of the experiment lies beside its journal."""
    made = Journal(folder, {})
    (folder / "metrics.parquet").touch()
    made.remove()
    assert [file.name for file in folder.iterdir()] == ["metrics.parquet"]
    (folder / "metrics.parquet").unlink()
    journal.delete(folder)
    assert not folder.exists()


def test_damage_in_the_middle_is_told(folder: Path) -> None:
    """Whole frames behind it are lost, as they build on those before; a torn end is none, and the owner hides nothing either."""
    made = Journal(folder, {})
    made.append(encoded({"series": ["a"]}))
    first = made.length
    made.append(encoded({"series": ["b"]}))
    second = made.length
    made.append(encoded({"series": ["c"]}))
    file = folder / "journal"
    content = file.read_bytes()
    for at in (first, first + 4, first + 20, second - 1):  # its magic, its kind, its length or checksum, its body
        file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        found = read_frames(folder)
        assert names(found.frames) == ["a"]
        assert f"can be read from byte {first:,} on" in found.damage
        with pytest.raises(OSError, match=f"it is damaged: from byte {first:,} "):
            made.frames()
    for end in range(second, len(content)):
        file.write_bytes(content[:end])
        assert (names(read_frames(folder).frames), read_frames(folder).damage) == (["a", "b"], "")
